"""Spoken digits: the embedded voices, and the real archive with everything that may be wrong with it."""

import hashlib
import io
import tarfile
import wave
from dataclasses import replace

import numpy as np
import pytest

from dlcourse import data
from dlcourse.data import make_spoken, spoken
from dlcourse.data._sources import FSDD

SPEAKERS = ("ann", "bob", "cat", "dan")


def recording(samples=800, rate=8000, channels=1, width=2):
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(np.full(samples * channels, 16384, "<i2").tobytes() if width == 2 else bytes(samples))
    return content.getvalue()


def archive(file, speakers=SPEAKERS, content=None):
    with tarfile.open(file, "w:gz") as members:
        for speaker in speakers:
            for digit in range(10):
                sound = recording() if content is None else content
                member = tarfile.TarInfo(f"fsdd/recordings/{digit}_{speaker}_0.wav")
                member.size = len(sound)
                members.addfile(member, io.BytesIO(sound))
    return file


def test_embedded_on_request_says_nothing(capsys):
    digits = data.load_spoken_digits()
    assert capsys.readouterr() == ("", "")
    assert digits.source.kind == "embedded"
    assert "synthetic voices" in str(digits.source)


@pytest.mark.parametrize(("load", "words"), [(data.load_spoken_digits, 10), (data.load_spoken_words, 15)])
def test_every_voice_says_every_word_once_and_none_is_in_both_parts(load, words):
    sounds = load()
    assert len(sounds.class_names) == words
    for x, y, speakers in (
        (sounds.x_train, sounds.y_train, sounds.speakers_train),
        (sounds.x_test, sounds.y_test, sounds.speakers_test),
    ):
        assert x.shape == (len(y), spoken.LENGTH)
        assert x.dtype == np.float32
        assert y.dtype == np.int64
        assert 0.5 < np.abs(x).max(axis=1).min() <= np.abs(x).max() <= 1
        assert len(set(zip(y, speakers, strict=True))) == len(y) == words * len(set(speakers))
    assert not set(sounds.speakers_train) & set(sounds.speakers_test)


def test_no_variant_of_the_synthesiser_is_in_both_parts():
    sounds = data.load_spoken_words()
    names = np.array([name.split("+")[1] for name in sounds.speaker_names])
    assert not set(names[sounds.speakers_train]) & set(names[sounds.speakers_test])
    assert set(names) == {*make_spoken.TRAIN_VARIANTS, *make_spoken.TEST_VARIANTS}


def test_arrays_are_protected():
    with pytest.raises(ValueError, match="read-only"):
        data.load_spoken_digits().x_train[0] = 0


def test_chinese_digits_are_ten_short_sounds():
    sounds = data.load_chinese_digits()
    assert len(sounds) == 10
    assert all(800 < len(sound) < 8000 and sound.dtype == np.float32 for sound in sounds)


def test_stored_file_is_small():
    assert spoken.FILE.stat().st_size <= 1_500_000


def test_mu_law_comes_back():
    sound = np.sin(np.arange(1000)) * np.linspace(0, 1, 1000)
    np.testing.assert_allclose(spoken.from_mu_law(spoken.to_mu_law(sound)), sound, atol=0.025)


def test_archive_is_read_and_split_by_speaker(tmp_path):
    digits = data.load_spoken_digits(archive(tmp_path / "some.tar.gz"))
    assert digits.speaker_names == SPEAKERS
    assert not digits.source.published
    assert sorted(set(digits.speakers_train)) == [0, 1]
    assert sorted(set(digits.speakers_test)) == [2, 3]
    assert digits.y_test.tolist() == [*range(10)] * 2
    assert digits.x_train.shape == (20, 8000)
    assert digits.x_train[0, 4000] == 0.5
    assert digits.x_train[0, 0] == 0


def test_long_recordings_are_cut(tmp_path):
    digits = data.load_spoken_digits(archive(tmp_path / "some.tar.gz", content=recording(samples=20_000)))
    assert (digits.x_train == 0.5).all()


def test_published_archive_is_recognised_in_the_folder(tmp_path, monkeypatch):
    file = archive(tmp_path / "fsdd.tar.gz")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    monkeypatch.setattr(spoken, "FSDD", replace(FSDD, sha256=digest))
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    source = data.load_spoken_digits().source
    assert source.published
    assert source.kind == "folder"


def test_another_archive_in_the_folder_is_refused(tmp_path, monkeypatch):
    archive(tmp_path / "fsdd.tar.gz")
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    with pytest.raises(data.DataError, match="is not the published Free Spoken Digit Dataset"):
        data.load_spoken_digits()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no sound", "0_ann_0.wav is not a WAV file"),
        (recording(rate=16_000), "at 16000 samples a second"),
        (recording(channels=2), "2 channels"),
        (recording(width=1), "8 bits"),
    ],
)
def test_wrong_recordings_are_named(content, message, tmp_path):
    with pytest.raises(data.DataError, match=message):
        data.load_spoken_digits(archive(tmp_path / "some.tar.gz", content=content))


def test_too_few_speakers_are_counted(tmp_path):
    with pytest.raises(data.DataError, match="2 speakers, not 3 or more"):
        data.load_spoken_digits(archive(tmp_path / "some.tar.gz", speakers=SPEAKERS[:2]))


@pytest.mark.parametrize("content", [b"", b"\x1f\x8bdamaged", b"text"])
def test_damaged_archive_is_named(content, tmp_path):
    file = tmp_path / "some.tar.gz"
    file.write_bytes(content)
    with pytest.raises(data.DataError, match=r"cannot be read as a \.tar\.gz archive"):
        data.load_spoken_digits(file)


def test_the_real_archive(real_data_folder, monkeypatch):
    monkeypatch.setenv("DLCOURSE_DATA", str(real_data_folder))
    digits = data.load_spoken_digits()
    assert digits.source.published
    assert (len(digits.x_train), len(digits.x_test), len(digits.speaker_names)) == (2000, 1000, 6)
