"""Ratings: the simulated shop, and MovieLens's archive with everything that may be wrong with it."""

import hashlib
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from dlcourse import data
from dlcourse.data import movielens
from dlcourse.data._sources import MOVIELENS

GENRES = "unknown|0\nAction|1\nDrama|2\n"
FILMS = "1|Café (1995)|01-Jan-1995||http://x|0|1|0\n2|Up|01-Jan-1995||http://x|0|0|1\n3|Zed||||1|0|0\n"
RATED = "".join(f"{1 + i % 4}\t{1 + i % 3}\t{1 + i % 5}\t88125094{i}\n" for i in range(10))


def archive(file, ratings=RATED, films=FILMS, genres=GENRES):
    with zipfile.ZipFile(file, "w") as members:
        for name, content in (("u.data", ratings), ("u.item", films), ("u.genre", genres)):
            if content is not None:
                members.writestr(f"ml-100k/{name}", content.encode("latin-1"))
    return file


def test_embedded_on_request_says_nothing(capsys):
    ratings = data.load_movielens()
    assert capsys.readouterr() == ("", "")
    assert ratings.source.kind == "embedded"
    assert "simulated shop" in str(ratings.source)
    assert ratings is data.load_movielens()


def test_shop_has_the_noise_that_it_promises():
    ratings = data.load_movielens()
    assert (ratings.num_users, ratings.num_items) == (500, 240)
    assert len(ratings.x_train) > 20_000
    assert abs(len(ratings.x_test) / (len(ratings.x_train) + len(ratings.x_test)) - 0.2) < 0.001
    for pairs, stars in ((ratings.x_train, ratings.y_train), (ratings.x_test, ratings.y_test)):
        noise = stars - ratings.opinions[tuple(pairs.T)]
        assert abs(noise.mean()) < 0.03
        assert abs(noise.std() - movielens.NOISE) < 0.02


def test_no_pair_is_rated_twice_and_kinds_fit_their_names():
    ratings = data.load_movielens()
    pairs = np.concatenate([ratings.x_train, ratings.x_test])
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    for name, kinds in zip(ratings.item_names, ratings.item_kinds, strict=True):
        assert all((kind in name) == bool(flag) for kind, flag in zip(ratings.class_names, kinds, strict=True))


def test_made_anew_it_is_the_same_and_it_is_protected():
    one, other = data.load_movielens(), movielens.make_ratings.__wrapped__()
    assert np.array_equal(one.x_train, other.x_train)
    assert np.array_equal(one.y_test, other.y_test)
    with pytest.raises(ValueError, match="read-only"):
        one.y_train[0] = 0


def test_archive_is_read(tmp_path):
    ratings = data.load_movielens(archive(tmp_path / "ml.zip"))
    assert ratings.opinions is None
    assert not ratings.source.published
    assert ratings.item_names == ("Café (1995)", "Up", "Zed")
    assert ratings.class_names == ("unknown", "Action", "Drama")
    assert ratings.item_kinds.tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    pairs = np.concatenate([ratings.x_train, ratings.x_test])
    stars = np.concatenate([ratings.y_train, ratings.y_test])
    found = sorted(map(tuple, np.column_stack([pairs, stars]).astype(int).tolist()))
    assert found == sorted((i % 4, i % 3, 1 + i % 5) for i in range(10))


def test_published_archive_is_recognised_in_the_folder(tmp_path, monkeypatch):
    file = archive(tmp_path / "ml-100k.zip")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    monkeypatch.setattr(movielens, "MOVIELENS", replace(MOVIELENS, sha256=digest))
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    source = data.load_movielens().source
    assert (source.kind, source.published) == ("folder", True)


def test_other_archive_is_refused_in_the_folder(tmp_path, monkeypatch):
    archive(tmp_path / "ml-100k.zip")
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    with pytest.raises(data.DataError, match="not the published MovieLens"):
        data.load_movielens()


WRONG = {
    "no films": ({"films": None}, "cannot be read"),
    "two columns": ({"ratings": "1\t2\n"}, "a user, an item and a rating"),
    "words": ({"ratings": "one\ttwo\tthree\n"}, "not laid out"),
    "no ratings": ({"ratings": ""}, "a user, an item and a rating"),
    "zero user": ({"ratings": "0\t1\t3\t0\n"}, "u.data names"),
    "unknown film": ({"ratings": "1\t4\t3\t0\n"}, "names item 4"),
    "six stars": ({"ratings": "1\t1\t6\t0\n"}, "from 6 to 6"),
    "genre of 2": ({"films": FILMS.replace("0|1|0", "0|2|0")}, "0 or 1 for each genre"),
    "genre missing": ({"genres": ""}, "not laid out"),
}


@pytest.mark.parametrize(("changes", "message"), WRONG.values(), ids=WRONG)
def test_wrong_layout(changes, message, tmp_path):
    file = archive(tmp_path / "ml.zip", **changes)
    with pytest.raises(data.DataError, match=message) as error:
        data.load_movielens(file)
    assert str(file) in str(error.value)
    assert MOVIELENS.url in str(error.value)


def test_no_archive(tmp_path):
    (tmp_path / "ml.zip").write_text("no archive")
    with pytest.raises(data.DataError, match="cannot be read"):
        data.load_movielens(tmp_path / "ml.zip")
