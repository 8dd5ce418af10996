"""Marks that mean something: trusted checks here, the student's code in another process.

`check` is what a ``checks.py`` file imports; `marking` marks one notebook and is the command ``dlcourse check``;
`student` is the trusted side's handle on the process in which the student's code runs, `worker` that process, and
`wire` how values travel between the two. For the work of a class that process lives in a `jail`, which `warden` keeps.

A class: `run` is the command ``dlcourse grade``, `work` one submission and the processes that take them, `cluster` the
same on several machines with the command ``dlcourse worker``, `submission` reads a notebook without trust, `journal`
keeps what came out, `gradebook` enters it into nbgrader's database, `report` tells it.
"""
