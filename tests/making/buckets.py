"""Runs moto's server on this machine, which answers as S3 does."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from making.nginx import free_port

KEYS = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
PROGRAM = "from moto.server import main; import sys; main(sys.argv[1:])"


@contextmanager
def moto() -> Iterator[str]:
    """The URL of a running server for S3; stopped at the end."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, "-H", "127.0.0.1", "-p", str(port)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, env=os.environ | KEYS)
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)
