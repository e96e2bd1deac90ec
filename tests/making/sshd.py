"""Runs OpenSSH's server on a free port of this machine, with keys of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from making.nginx import free_port, wait_for

PROGRAM = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
CONFIGURATION = """
Port {port}
ListenAddress 127.0.0.1
HostKey {home}/host
AuthorizedKeysFile {home}/.ssh/id_ed25519.pub
PidFile {home}/pid
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
Subsystem sftp internal-sftp
"""


@contextmanager
def sshd(home: Path) -> Iterator[int]:
    """The port of a running server; `home` is a home whose key opens it. Stopped at the end."""
    assert PROGRAM is not None, "install sshd: apt-get install openssh-server"
    (home / ".ssh").mkdir(mode=0o700)
    for path in (home / "host", home / ".ssh" / "id_ed25519"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    port = free_port()
    configuration = home / "sshd.conf"
    configuration.write_text(CONFIGURATION.format(port=port, home=home))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where it insists on a folder of its own
    process = subprocess.Popen([PROGRAM, "-D", "-f", configuration, "-E", home / "log"])
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)
