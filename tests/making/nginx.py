"""Runs nginx on a free port of this machine, with a folder served in several manners."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
CONFIGURATION = """
daemon off; {user} worker_processes 1; pid {home}/pid; error_log {home}/errors;
events {{ worker_connections 64; }}
http {{
  access_log {home}/log; default_type application/octet-stream;
  client_body_temp_path {home}/t1; proxy_temp_path {home}/t2; fastcgi_temp_path {home}/t3;
  uwsgi_temp_path {home}/t4; scgi_temp_path {home}/t5;
  server {{
    listen 127.0.0.1:{port};
    location /ranges/ {{ alias {root}/; }}
    location /whole/ {{ alias {root}/; max_ranges 0; }}
    location /slow/ {{ alias {root}/; limit_rate 100k; }}
    location /gone/ {{ return 410; }}
    location /moved/ {{ rewrite ^/moved/(.*)$ /ranges/$1 redirect; }}
    location /outside/ {{ return 302 http://169.254.169.254/latest/meta-data/; }}
    location /file/ {{ return 302 file:///etc/passwd; }}
    location /loop/ {{ rewrite ^ /loop/again redirect; }}
  }}
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def nginx(root: Path, home: Path) -> Iterator[str]:
    """The URL of a running nginx, which serves the files in `root`; stopped at the end."""
    assert PROGRAM is not None, "install nginx: apt-get install nginx-light"
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""  # else its workers cannot read the folder
    configuration = home / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(home=home, root=root, port=port, user=user))
    command = [PROGRAM, "-p", str(home), "-c", str(configuration), "-e", str(home / "errors")]
    process = subprocess.Popen(command)
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int) -> None:
    """Wait until a server listens on a port."""
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"no server on port {port}")
