"""One look for all figures, and one text alternative for each.

Every function draws one figure, shows it below the cell and returns nothing. ``alt`` is what a reader who cannot
see the figure gets instead: it is stored with the picture, and JupyterLab, the site and plain-text viewers all
read it from there.
"""

from dlcourse.plot._charts import bars, confusion, curves, landscape, regions, scatter, spread
from dlcourse.plot._diagrams import boxes, network, shapes, timeline
from dlcourse.plot._look import COLOURS, MARKERS, show
from dlcourse.plot._pictures import images, probabilities

__all__ = [
    "COLOURS",
    "MARKERS",
    "bars",
    "boxes",
    "confusion",
    "curves",
    "images",
    "landscape",
    "network",
    "probabilities",
    "regions",
    "scatter",
    "shapes",
    "show",
    "spread",
    "timeline",
]
