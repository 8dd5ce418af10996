"""One loader per data set, one result type.

    from dlcourse import data

    mnist = data.load_mnist()
    print(mnist.source)

Every loader looks in the same places, in this order: the path that the call gives, the folder that the
environment variable ``DLCOURSE_DATA`` names, the cache, a download, and last the stand-in that needs no file.
``DLCOURSE_DATA=embedded`` takes the stand-in at once. ``DLCOURSE_CACHE`` moves the cache.
"""

from dlcourse.data._contract import DataError, Dataset, Source
from dlcourse.data._find import cache_folder, retry_downloads
from dlcourse.data.faces import load_faces
from dlcourse.data.glyphs import Glyphs, load_glyphs
from dlcourse.data.mnist import describe, load_mnist
from dlcourse.data.movielens import Ratings, load_movielens
from dlcourse.data.news import load_news
from dlcourse.data.pairs import Pairs, load_pairs
from dlcourse.data.prose import Prose, load_prose
from dlcourse.data.reviews import load_reviews
from dlcourse.data.spoken import Spoken, load_chinese_digits, load_spoken_digits, load_spoken_words

__all__ = [
    "DataError",
    "Dataset",
    "Glyphs",
    "Pairs",
    "Prose",
    "Ratings",
    "Source",
    "Spoken",
    "cache_folder",
    "describe",
    "load_chinese_digits",
    "load_faces",
    "load_glyphs",
    "load_mnist",
    "load_movielens",
    "load_news",
    "load_pairs",
    "load_prose",
    "load_reviews",
    "load_spoken_digits",
    "load_spoken_words",
    "retry_downloads",
]
