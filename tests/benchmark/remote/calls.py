"""The commands that are measured on a model behind a network, and what each must print."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from rnninspect.record import Record

from ..peers import BOTH
from .serving import REPOSITORY

OURS, OURS_MANY, OURS_HUB = "rnninspect", "rnninspect, eleven models", "rnninspect hf://"
DOWNLOAD = "download"
MORE = 10  # models beside the first one, in one call
_HUB = f"hf://{REPOSITORY}"
_GETS = (  # of each URL, without keeping a byte
    "import sys, urllib.request\n"
    "room = bytearray(2**20)\n"
    "for url in sys.argv[1:]:\n"
    "    with urllib.request.urlopen(url) as answer:\n"
    "        while answer.readinto(room): pass\n"
)
# Each peer's own functions; what they saw of every tensor is printed.
_CLIENT = (
    "import sys; from huggingface_hub import get_safetensors_metadata\n"
    "found = get_safetensors_metadata(sys.argv[1]).files_metadata.values()\n"
    "print(sum(len(file.tensors) for file in found), "
    "sum(sum(file.parameter_count.values()) for file in found))\n"
)
_HF_MEM = (  # its URLs are written out: they are led to the same server
    "import asyncio, os, sys, httpx2\n"
    "class Client(httpx2.AsyncClient):\n"
    "    async def get(self, url, **more):\n"
    "        here = str(url).replace('https://huggingface.co', os.environ['HF_ENDPOINT'])\n"
    "        return await super().get(here, **more)\n"
    "httpx2.AsyncClient = Client\n"
    "from hf_mem.run import arun\n"
    "found = asyncio.run(arun(sys.argv[1]))\n"
    "parts = found.safetensors.components.values()\n"
    "print(sum(part.param_count for part in parts))\n"
)


class Call(Record):
    """A command under the name that the table has for it; `models` is how many it reads."""

    name: str
    command: tuple[str, ...]
    models: int = 1


def _python(program: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program, *arguments)


def peers() -> tuple[Call, ...]:
    """Those that read the safetensors of a repository of the Hub, as far as they are installed."""
    known = (
        ("huggingface_hub", "get_safetensors_metadata", _CLIENT),
        ("hf_mem", "hf-mem", _HF_MEM),
    )
    return tuple(
        Call(name, _python(program, REPOSITORY))
        for package, name, program in known
        if find_spec(package) is not None
    )


def calls_of(path: Path, url: str, family: str) -> list[Call]:
    """Ours, those of peers, and the download of all files of the model, which is the last one.

    Args:
        path: the model, which all that is beside it belongs to.
        url: of the folder that it is in.
        family: its format.
    """
    ours = BOTH[0].command
    named = f"{url}/{path.name}{'/saved_model.pb' if path.is_dir() else ''}"
    files = (each for each in sorted(path.parent.rglob("*")) if each.is_file())
    urls = [f"{url}/{each.relative_to(path.parent)}" for each in files]
    many = [f"{named}?{at}" for at in range(1 + MORE)]
    calls = [Call(OURS, (*ours, named)), Call(OURS_MANY, (*ours, *many), len(many))]
    if family.startswith("safetensors"):
        calls += [Call(OURS_HUB, (*ours, _HUB)), *peers()]
    return [*calls, Call(DOWNLOAD, _python(_GETS, *urls))]
