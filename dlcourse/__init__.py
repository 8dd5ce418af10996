"""The plumbing of the course: data, devices, figures, training helpers and the command line.

Importing this package is fast and imports no TensorFlow; its modules are imported by name:
``from dlcourse import data, device, plot, training``.
"""

__version__ = "0.1.0"
