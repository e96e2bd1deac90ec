"""What a call without arguments says."""

from __future__ import annotations

from rnninspect.command import FAILED
from rnninspect.command.ending import write_error_line

TEXT = """\
Inspect the recurrent layers of saved models: formula against stored tensors.

  rnninspect MODEL...                         report each layer
  rnninspect check MODEL --max-parameters 5M  fail if a limit is exceeded
  rnninspect diff OLD NEW                     show what differs

A model is a file, a folder or a URL. `rnninspect --help` lists all commands,
`rnninspect COMMAND --help` the options of one."""


def show_short_help() -> int:
    """Print the commonest calls on standard error; the exit code of a usage error."""
    write_error_line(TEXT)
    return FAILED
