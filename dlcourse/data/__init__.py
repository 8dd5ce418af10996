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
from dlcourse.data.mnist import describe, load_mnist

__all__ = [
    "DataError",
    "Dataset",
    "Source",
    "cache_folder",
    "describe",
    "load_mnist",
    "retry_downloads",
]
