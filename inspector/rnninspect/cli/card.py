"""The subcommand that keeps a part of a model card up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnninspect.cli import options
from rnninspect.cli.gathering import Models, gathering_models
from rnninspect.cli.options import AllowDownload, FailOn, LimitPairs
from rnninspect.command.request import Gathering, Request
from rnninspect.command.subcommands.card import Asked
from rnninspect.command.subcommands.card import card as run

Update = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Replace the text between the markers in this file."),
]
Append = Annotated[
    bool, typer.Option("--append", help="Append markers and text to a file without markers.")
]
Check = Annotated[
    bool, typer.Option("--check", help="Write nothing; exit 1 if the file would change.")
]
Metadata = Annotated[
    bool, typer.Option("--metadata", help="Fill the front matter of a Hugging Face card too.")
]


@gathering_models
def card(  # noqa: PLR0913 - an option each
    models: Models = None,
    *,
    update: Update = None,
    append: Append = False,
    check: Check = False,
    metadata: Metadata = False,
    fail_on: FailOn = "error",
    limit: LimitPairs = None,
    allow_download: AllowDownload = False,
    gathering: Gathering,
) -> None:
    """Describe models in Markdown, and keep a model card up to date.

    The description goes between two lines, <!-- rnninspect:start --> and <!-- rnninspect:end -->;
    the rest of the file is left unchanged.

    Example: rnninspect card model.onnx --update README.md
    """
    if update is None and (append or check or metadata):
        raise typer.BadParameter("--append, --check and --metadata need --update FILE")
    level = options.level(fail_on)
    limits = options.limits(limit, allow_download=allow_download)
    request = Request(tuple(models or ()), limits=limits, gathering=gathering)
    raise typer.Exit(run(Asked(request, update, append, check, metadata, level)))


COMMANDS = (card,)
