"""One look for all figures, and one text alternative for each.

Every function draws one figure, or shows one player for a sound, below the cell and returns nothing. ``alt`` is what
a reader who cannot see or hear it gets instead: it is stored with the picture, and JupyterLab, the site and
plain-text viewers all read it from there.
"""

from dlcourse.plot._charts import bars, confusion, curves, heatmap, landscape, regions, scatter, spread
from dlcourse.plot._diagrams import boxes, network, shapes, timeline
from dlcourse.plot._look import COLOURS, MARKERS, show
from dlcourse.plot._pictures import images, probabilities
from dlcourse.plot._sounds import sound

__all__ = [
    "COLOURS",
    "MARKERS",
    "bars",
    "boxes",
    "confusion",
    "curves",
    "heatmap",
    "images",
    "landscape",
    "network",
    "probabilities",
    "regions",
    "scatter",
    "shapes",
    "show",
    "sound",
    "spread",
    "timeline",
]
