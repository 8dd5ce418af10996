"""Faces: the drawn ones, and the Olivetti file with what may be wrong with it."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from scipy.io import savemat

from dlcourse import data
from dlcourse.data import faces
from dlcourse.data._sources import OLIVETTI


def columns():
    return np.random.default_rng(0).integers(0, 256, (4096, 400), dtype=np.uint8)


def test_embedded_on_request_says_nothing(capsys):
    drawn = data.load_faces()
    assert capsys.readouterr() == ("", "")
    assert drawn.source.kind == "embedded"
    assert "drawn people" in str(drawn.source)
    assert drawn is data.load_faces()


def test_nobody_is_on_both_sides():
    drawn = data.load_faces()
    assert (drawn.x_train.shape, drawn.x_test.shape) == ((700, 64, 64), (300, 64, 64))
    assert not set(drawn.y_train) & set(drawn.y_test)
    assert set(np.bincount(drawn.y_train)) == {10}
    assert len(drawn.class_names) == drawn.y_test.max() + 1 == 100


def test_every_drawing_differs_and_uses_the_range():
    drawn = data.load_faces()
    assert len(np.unique(drawn.x_train.reshape(700, -1), axis=0)) == 700
    assert drawn.x_train.std(axis=(1, 2)).min() > 10


def test_made_anew_it_is_the_same_and_it_is_protected():
    one, other = data.load_faces(), faces.make_faces.__wrapped__()
    assert np.array_equal(one.x_test, other.x_test)
    with pytest.raises(ValueError, match="read-only"):
        one.x_train[0] = 0


def test_file_is_read(tmp_path):
    savemat(tmp_path / "f.mat", {"faces": columns()})
    read = data.load_faces(tmp_path / "f.mat")
    assert (len(read.x_train), len(read.x_test)) == (300, 100)
    assert not read.source.published
    np.testing.assert_array_equal(read.x_train[0].T.ravel(), columns()[:, 0])


def test_published_file_is_recognised_in_the_folder_and_others_are_refused(tmp_path, monkeypatch):
    file = tmp_path / "olivettifaces.mat"
    savemat(file, {"faces": columns()})
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    with pytest.raises(data.DataError, match="not the published Olivetti"):
        data.load_faces()
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    monkeypatch.setattr(faces, "OLIVETTI", replace(OLIVETTI, sha256=digest))
    assert data.load_faces().source.published


@pytest.mark.parametrize("member", [{"other": columns()}, {"faces": columns()[:, :9]}, {"faces": columns() / 255}])
def test_wrong_layout(member, tmp_path):
    file = tmp_path / "f.mat"
    savemat(file, member)
    with pytest.raises(data.DataError, match="not laid out as the Olivetti faces") as error:
        data.load_faces(file)
    assert str(file) in str(error.value)


def test_no_matlab_file(tmp_path):
    (tmp_path / "f.mat").write_text("no faces here")
    with pytest.raises(data.DataError, match="cannot be read"):
        data.load_faces(tmp_path / "f.mat")
