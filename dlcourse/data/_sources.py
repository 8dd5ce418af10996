"""The registry of real data sets: where each one is published, how to recognise it, and whom to thank."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RealSource:
    """A published data set that consists of one file.

    Attributes:
        name: what the data set is called.
        file: name of the file in the cache and in the folder that DLCOURSE_DATA names.
        url: where the file is published.
        sha256: digest of the published file.
        size: length of the published file in bytes.
        contents: ``fingerprint`` of its arrays, which recognises the data in a file that was packed anew.
        credit: authors and licence, as ``Source`` prints them.
        citation: the publication to cite.
    """

    name: str
    file: str
    url: str
    sha256: str
    size: int
    contents: str
    credit: str
    citation: str


MNIST = RealSource(
    name="MNIST",
    file="mnist.npz",
    url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    size=11_490_434,
    contents="c9c899568825c0192b158204e056115690ebe9e01a8a467321a8e34a416b7a26",
    credit="LeCun, Cortes, Burges; CC BY-SA 3.0",
    citation="Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998), Gradient-based learning applied to document "
    "recognition, Proceedings of the IEEE 86(11), 2278-2324, https://doi.org/10.1109/5.726791",
)
