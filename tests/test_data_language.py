"""Prose, reviews and pairs of sentences: the embedded ones, and real files with what may be wrong with them."""

import hashlib
import io
import re
import tarfile
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from dlcourse import data
from dlcourse.data import pairs, prose, reviews
from dlcourse.data._sources import IMDB, SHAKESPEARE, TATOEBA


def archive(file, names=("train/neg/0_1.txt", "train/pos/0_9.txt", "test/neg/1_2.txt", "test/pos/1_8.txt")):
    with tarfile.open(file, "w:gz") as members:
        for name in names:
            content = f"this is {name}<br />indeed".encode()
            member = tarfile.TarInfo(f"aclImdb/{name}")
            member.size = len(content)
            members.addfile(member, io.BytesIO(content))
    return file


def test_embedded_on_request_says_nothing(capsys):
    text, films = data.load_prose(), data.load_reviews()
    assert capsys.readouterr() == ("", "")
    assert text.source.kind == films.source.kind == "embedded"
    assert "Python" in str(text.source)


def test_the_reference_is_cut_at_nine_tenths():
    text = data.load_prose()
    assert len(text.train) > 300_000
    assert len(text.train) == int(0.9 * (len(text.train) + len(text.test)))
    assert "function" in text.train


def test_a_review_is_good_when_more_is_praised_than_blamed():
    films = data.load_reviews()
    assert len(films.x_train) == reviews.TRAIN
    assert abs(np.mean(films.y_train) - 0.5) < 0.05
    for text, label in zip(films.x_test, films.y_test, strict=True):
        balance = 0
        for clause in text.split(", "):
            words = clause.split()
            balance += 1 if (words[-1] in reviews.GOOD) != bool({"not", "nobody"} & set(words)) else -1
        assert (balance > 0) == label


def test_made_anew_it_is_the_same_and_it_is_protected():
    one, other = data.load_reviews(), reviews.make_reviews.__wrapped__()
    assert one is data.load_reviews()
    assert np.array_equal(one.x_train, other.x_train)
    with pytest.raises(ValueError, match="read-only"):
        one.x_train[0] = ""


def test_real_files_are_read(tmp_path):
    films = data.load_reviews(archive(tmp_path / "some.tar.gz"))
    assert sorted(films.x_train) == ["this is train/neg/0_1.txt indeed", "this is train/pos/0_9.txt indeed"]
    assert [bool("pos" in text) for text in films.x_test] == films.y_test.astype(bool).tolist()
    (tmp_path / "some.txt").write_text("To be, or not to be: that is the question.", encoding="utf-8")
    text = data.load_prose(tmp_path / "some.txt")
    assert text.train + text.test == "To be, or not to be: that is the question."
    assert not films.source.published
    assert not text.source.published


def test_published_files_are_recognised_in_the_folder_and_others_are_refused(tmp_path, monkeypatch):
    film = archive(tmp_path / "aclImdb_v1.tar.gz")
    play = tmp_path / "tinyshakespeare.txt"
    play.write_text("To be, or not to be", encoding="utf-8")
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    with pytest.raises(data.DataError, match="not the published IMDB"):
        data.load_reviews()
    with pytest.raises(data.DataError, match="not the published tiny Shakespeare"):
        data.load_prose()
    for module, name, real, file in ((reviews, "IMDB", IMDB, film), (prose, "SHAKESPEARE", SHAKESPEARE, play)):
        monkeypatch.setattr(module, name, replace(real, sha256=hashlib.sha256(file.read_bytes()).hexdigest()))
    assert data.load_reviews().source.published
    assert data.load_prose().source.published


def test_damaged_files_are_named(tmp_path):
    (tmp_path / "no.tar.gz").write_bytes(b"no archive")
    (tmp_path / "no.txt").write_bytes(b"\xff\xfe\xff")
    (tmp_path / "short.txt").write_text("")
    with pytest.raises(data.DataError, match=r"cannot be read as a \.tar\.gz archive"):
        data.load_reviews(tmp_path / "no.tar.gz")
    with pytest.raises(data.DataError, match="not laid out as IMDB"):
        data.load_reviews(archive(tmp_path / "half.tar.gz", ["train/neg/0_1.txt"]))
    with pytest.raises(data.DataError, match="cannot be read as text"):
        data.load_prose(tmp_path / "no.txt")
    with pytest.raises(data.DataError, match="nothing to learn from"):
        data.load_prose(tmp_path / "short.txt")


# Pairs of sentences

ENGLISH = [f"Tom has {n} cats." for n in range(40)] + ["Hello.", "Hello.", "", "Hello."]
MARATHI = [f"टॉमकडे {n} मांजरी आहेत." for n in range(40)] + ["नमस्कार.", "हॅलो.", "रिकामे", "नमस्कार."]


def bitext(file, english=ENGLISH, marathi=MARATHI, names=("Tatoeba.en-mr.en", "Tatoeba.en-mr.mr"), code="utf-8"):
    with zipfile.ZipFile(file, "w") as members:
        members.writestr("README", "about the corpus")
        members.writestr("LICENSE", "CC BY 2.0 FR")
        for name, lines in zip(names, (english, marathi), strict=False):
            members.writestr(name, "\n".join([*lines, ""]).encode(code))
    return file


def test_embedded_phrases_are_put_together_from_names_and_split_by_phrase(capsys):
    phrases = data.load_pairs()
    assert capsys.readouterr() == ("", "")
    assert phrases.source.kind == "embedded"
    assert "CLDR" in str(phrases.source)
    assert (len(phrases.train), len(phrases.test)) == (pairs.TRAIN, pairs.TEST)
    assert not {english for english, _ in phrases.train} & {english for english, _ in phrases.test}
    assert all(re.search(" (and|or) ", english) for english, _ in phrases.train)
    assert all(re.search("[和或]", chinese) for _, chinese in phrases.train)
    assert "English to Chinese, 5,000 + 1,000" in repr(phrases)


def test_some_test_phrases_hold_a_name_that_training_never_met_and_most_do_not():
    phrases = data.load_pairs()
    known = {word for english, _ in phrases.train for word in english.split()}
    strange = np.mean([not set(english.split()) <= known for english, _ in phrases.test])
    assert 0.1 < strange < 0.5


def test_made_anew_the_phrases_are_the_same():
    assert data.load_pairs() is data.load_pairs()
    assert pairs.make_pairs.__wrapped__().test == data.load_pairs().test


def test_a_real_file_is_split_by_sentence(tmp_path):
    found = data.load_pairs(bitext(tmp_path / "some.zip"))
    assert found.languages == ("English", "Marathi")
    both = found.train + found.test
    assert sorted(both) == sorted({*zip(ENGLISH[:42], MARATHI[:42], strict=True)})  # no empty line, none twice
    assert not {english for english, _ in found.train} & {english for english, _ in found.test}
    assert len({english for english, _ in found.test}) == 4
    assert not found.source.published
    assert "not the published Tatoeba" in str(found.source)
    assert data.load_pairs(tmp_path / "some.zip").train == found.train


def test_a_file_of_other_languages_and_of_windows_is_read(tmp_path):
    english, other = (["Yes.\r", "No.\r", "Maybe\u2028not.\r"], ["Si.\r", "No.\r", "Forsan.\r"])
    file = bitext(tmp_path / "some.zip", english, other, ("folder/x.en-ia.en", "folder/x.en-ia.ia"))
    found = data.load_pairs(file)
    assert found.languages == ("English", "Interlingua")
    assert sorted(found.train + found.test) == [("Maybe\u2028not.", "Forsan."), ("No.", "No."), ("Yes.", "Si.")]


def test_the_published_pairs_are_recognised_in_the_folder_and_others_are_refused(tmp_path, monkeypatch):
    file = bitext(tmp_path / TATOEBA.file)
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    with pytest.raises(data.DataError, match="not the published Tatoeba"):
        data.load_pairs()
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    monkeypatch.setattr(pairs, "TATOEBA", replace(TATOEBA, sha256=digest))
    found = data.load_pairs()
    assert found.source.published
    assert "CC BY 2.0 FR" in str(found.source)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"names": ("Tatoeba.en-mr.en",)}, "two files such as .* and has en;"),
        ({"names": ("a.txt", "b.txt")}, "has none"),
        ({"names": ("Tatoeba.en-mr.en", "Tatoeba.en-hi.hi")}, "two files such as"),
        ({"marathi": MARATHI[:-1]}, "44 and 43 lines"),
        ({"english": ["One."], "marathi": ["एक."]}, "too few"),
        ({"english": [], "marathi": []}, "too few"),
        ({"code": "utf-16"}, "cannot be read as a zip file of texts in UTF-8"),
    ],
)
def test_pairs_laid_out_otherwise_are_refused(tmp_path, changes, message):
    with pytest.raises(data.DataError, match=message):
        data.load_pairs(bitext(tmp_path / "some.zip", **changes))


def test_a_damaged_archive_of_pairs_is_named(tmp_path):
    whole = bitext(tmp_path / "whole.zip").read_bytes()
    for name, content in (("no.zip", b"no archive"), ("cut.zip", whole[: len(whole) // 2])):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(data.DataError, match=rf"{name} cannot be read as a zip file"):
            data.load_pairs(tmp_path / name)


def test_the_published_pairs_when_they_are_at_hand(real_data_folder, monkeypatch):
    if not (real_data_folder / TATOEBA.file).is_file():
        pytest.skip(f"no {TATOEBA.file} in the folder of real data")
    monkeypatch.setenv("DLCOURSE_DATA", str(real_data_folder))
    found = data.load_pairs()
    assert found.source.published
    assert found.languages == ("English", "Marathi")
    assert 40_000 < len(found.train) + len(found.test) <= 53_462
