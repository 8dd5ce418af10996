#!/bin/sh
# Starts one person's server, as that person. At first it gives everybody a copy of the chapters, to change at will;
# the exercises come through nbgrader. The first word names Python, the others are JupyterHub's.
set -eu
python=$1
shift
chmod 700 "$HOME"  # many systems let others look in
if [ ! -e "$HOME/course" ]; then
    mkdir -m 700 "$HOME/course.new"
    mkdir "$HOME/course.new/exercises"
    for part in chapters book benchmarks _config.yml; do
        cp -R "$DLCOURSE_ROOT/$part" "$HOME/course.new/"
    done
    mv "$HOME/course.new" "$HOME/course"
fi
PATH="$(dirname "$python"):$PATH"
export PATH
exec "$python" -m jupyterhub.singleuser "$@"
