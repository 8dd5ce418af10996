"""Prose and reviews: the embedded ones, and real files with what may be wrong with them."""

import hashlib
import io
import tarfile
from dataclasses import replace

import numpy as np
import pytest

from dlcourse import data
from dlcourse.data import prose, reviews
from dlcourse.data._sources import IMDB, SHAKESPEARE


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
