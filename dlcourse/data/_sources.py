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

MOVIELENS = RealSource(
    name="MovieLens 100K",
    file="ml-100k.zip",
    url="https://files.grouplens.org/datasets/movielens/ml-100k.zip",
    sha256="50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229",
    size=4_924_029,
    contents="",  # not recorded: only the published archive itself is recognised
    credit="GroupLens; free for research, not to be passed on",
    citation="F. M. Harper and J. A. Konstan (2015), The MovieLens Datasets: History and Context, ACM Transactions "
    "on Interactive Intelligent Systems 5(4), 19, https://doi.org/10.1145/2827872",
)

OLIVETTI = RealSource(
    name="Olivetti faces",
    file="olivettifaces.mat",
    url="https://ndownloader.figshare.com/files/5976027",  # where scikit-learn fetches it, with this checksum
    sha256="b612fb967f2dc77c9c62d3e1266e0c73d5fca46a4b8906c18e454d41af987794",
    size=5_000_000,  # at most: the exact length is not recorded
    contents="",  # not recorded: only the published file itself is recognised
    credit="AT&T Laboratories Cambridge; for research, credit required",
    citation="F. S. Samaria and A. C. Harter (1994), Parameterisation of a stochastic model for human face "
    "identification, Proceedings of the 2nd IEEE Workshop on Applications of Computer Vision, 138-142, "
    "https://doi.org/10.1109/ACV.1994.341300",
)

FSDD = RealSource(
    name="Free Spoken Digit Dataset",
    file="fsdd.tar.gz",
    url="https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs/heads/master.tar.gz",
    sha256="80089d416cc8927cf577fe5bebbf02a0f269298e95f299347c121fc1d951fb62",
    size=15_603_246,
    contents="558f232e166546887a7407912cc6a067913602df3541301cace7c77b2278fc1f",
    credit="Jackson and contributors; CC BY-SA 4.0",
    citation="Z. Jackson, C. Souza, J. Flaks, Y. Pan, H. Nicolas and A. Thite (2018), Free Spoken Digit Dataset, "
    "v1.0.8, https://doi.org/10.5281/zenodo.1342401",
)

SHAKESPEARE = RealSource(
    name="tiny Shakespeare",
    file="tinyshakespeare.txt",
    url="https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
    sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    size=1_115_394,
    contents="",  # not recorded: only the published file itself is recognised
    credit="W. Shakespeare, collected by A. Karpathy; public domain",
    citation="A. Karpathy (2015), char-rnn, https://github.com/karpathy/char-rnn",
)

IMDB = RealSource(
    name="IMDB reviews",
    file="aclImdb_v1.tar.gz",
    url="https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
    sha256="c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
    size=84_125_825,
    contents="",  # not recorded: only the published archive itself is recognised
    credit="Maas and others; for research, credit required",
    citation="A. L. Maas, R. E. Daly, P. T. Pham, D. Huang, A. Y. Ng and C. Potts (2011), Learning Word Vectors for "
    "Sentiment Analysis, Proceedings of ACL-HLT 2011, 142-150, https://aclanthology.org/P11-1015",
)

TATOEBA = RealSource(
    name="Tatoeba",
    file="en-mr.txt.zip",
    url="https://object.pouta.csc.fi/OPUS-Tatoeba/v2021-07-22/moses/en-mr.txt.zip",
    sha256="1c8fd9b0cb767ea74f65f2dc82e64c0a2ca77056274ecebf24738ed26c7a13fd",
    size=1_436_200,
    contents="",  # not recorded: only the published archive itself is recognised
    credit="contributors of tatoeba.org, aligned by OPUS; CC BY 2.0 FR",
    citation="J. Tiedemann (2012), Parallel Data, Tools and Interfaces in OPUS, Proceedings of LREC 2012, 2214-2218, "
    "https://aclanthology.org/L12-1246; sentences by the contributors of https://tatoeba.org",
)
