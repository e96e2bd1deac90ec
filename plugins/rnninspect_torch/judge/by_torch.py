"""Torch's opinion: loads the file and loads its tensors strictly into live modules."""

from __future__ import annotations

import gzip
import io
import pickle
import tarfile
from collections import defaultdict
from pathlib import Path

import torch

from rnninspect.plugin import Limit, Limits
from rnninspect.verification.question import NeedsTrust, NoOpinion, RefusedLayer
from rnninspect_torch.judge.tensors import elements, tensors_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import IO, Any

    from rnninspect.verification.question import Answer, Filling, Part, Question
    from rnninspect_torch.judge.tensors import Tensors

LEAVES = {
    "kernel": "weight_ih",
    "recurrent_kernel": "weight_hh",
    "bias": "bias_ih",
    "recurrent_bias": "bias_hh",
    "projection": "weight_hr",
}
CELLS = ("RNN", "GRU", "LSTM")
GZIP = b"\x1f\x8b"
WEIGHTS = "weights.th"  # of an archive by AllenNLP
EXECUTORCH = "executorch"
SAFE_UNPICKLER = (2, 6)  # the first safe `weights_only`: CVE-2025-32434


def version() -> str:
    """The version of torch."""
    return str(torch.__version__).partition("+")[0]


def answer(question: Question, given: Answer) -> None:
    """Load the file; count its tensors, and the parameters of each rebuilt layer."""
    if question.format.startswith(EXECUTORCH):
        names = [part.name for part in question.parts]
        given.silences |= dict.fromkeys(names, "torch does not load files of ExecuTorch")
        return
    tensors = dict(tensors_of(_load(question)))
    given.total, given.everything = elements(tensors), True
    stacks: dict[object, list[Part]] = defaultdict(list)
    for part in question.parts:
        stacks[part.root, part.stack or part.name].append(part)
    for parts in stacks.values():
        names = [part.name for part in parts]
        try:
            given.counts |= _rebuild(sorted(parts, key=lambda part: part.level), tensors)
        except RefusedLayer as error:
            given.refusals |= dict.fromkeys(names, str(error))
        except NoOpinion as error:
            given.silences |= dict.fromkeys(names, str(error))


def _load(question: Question) -> object:
    if question.format.startswith("safetensors"):
        from safetensors.torch import load_file  # noqa: PLC0415 - only for such a file

        return load_file(question.path)
    if question.format in SPECIAL:
        if not question.trusted:
            raise NeedsTrust(f"{question.format} contains a program, which torch would run")
        return SPECIAL[question.format](question.path)
    if not question.trusted and torch.__version__ < SAFE_UNPICKLER:
        raise NeedsTrust("torch before 2.6 may run code from any pickle")
    source = _inflated(question)
    try:
        return torch.load(source, map_location="cpu", weights_only=not question.trusted)
    except pickle.UnpicklingError as error:
        if question.trusted:
            raise
        raise NeedsTrust(
            "it contains more than tensors; torch would import and call the names in it"
        ) from error


def _inflated(question: Question) -> str | io.BytesIO:
    """The path, or the decompressed file in memory, within the limit."""
    with Path(question.path).open("rb") as file:
        if file.read(len(GZIP)) != GZIP:
            return question.path
    with gzip.open(question.path) as packed:
        plain = _read(packed, question, "the file after decompression")
    if tarfile.is_tarfile(plain):
        plain.seek(0)
        with tarfile.open(fileobj=plain) as archive:
            weights = archive.extractfile(WEIGHTS) if WEIGHTS in archive.getnames() else None
            if weights is not None:
                return _read(weights, question, f"{WEIGHTS} in the archive")
    plain.seek(0)
    return plain


def _read(file: IO[bytes] | gzip.GzipFile, question: Question, what: str) -> io.BytesIO:
    """All bytes of a file; RefusedFile beyond the limit `expansion`."""
    data = file.read(question.expansion + 1)
    Limits(expansion=question.expansion).require(Limit.EXPANSION, len(data), what)
    return io.BytesIO(data)


def _script(path: str) -> object:
    return torch.jit.load(path, map_location="cpu")


def _mobile(path: str) -> object:
    return torch.jit.jit_module_from_flatbuffer(path)


def _exported(path: str) -> object:
    program = torch.export.load(path)
    return {**program.state_dict, "constants": program.constants}


def _packaged(path: str) -> object:
    importer = torch.package.PackageImporter(path)
    names = [name for name in importer.zip_reader.get_all_records() if name.endswith(".pkl")]
    return {
        name: importer.load_pickle(*_resource(name))
        for name in names
        if not name.startswith(PACKAGES_OWN)
    }


def _resource(name: str) -> tuple[str, str]:
    """The package of a record, and its name there."""
    package, _, resource = name.rpartition("/")
    return package.replace("/", "."), resource


PACKAGES_OWN = ".data/"
SPECIAL: dict[str, Callable[[str], object]] = {
    "torchscript": _script,
    "pytorch mobile flatbuffer": _mobile,
    "torch export": _exported,
    "torch.package": _packaged,
}


def _rebuild(parts: Sequence[Part], tensors: Tensors) -> dict[str, int]:
    """Parameter counts of each level, after strict loading of all tensors into a live module."""
    first = parts[0]
    if first.cell not in CELLS or first.convention != "pytorch" or first.peepholes:
        raise NoOpinion(f"torch.nn has no {first.kind}")
    if any(not filling.stored for part in parts for filling in part.fillings):
        raise NoOpinion("some of its weights are computed, not stored")
    alone = first.kind.endswith("Cell")
    own = {
        name: tensor
        for part in parts
        for filling in part.fillings
        for name, tensor in _named(filling, part, tensors, alone=alone)
    }
    own = {name: t.dequantize() if t.is_quantized else t for name, t in own.items()}
    module = _module(first, levels=1 + max(part.level for part in parts), alone=alone)
    try:
        module.load_state_dict(own, strict=True, assign=True)
    except RuntimeError as error:
        raise RefusedLayer(_reason(error)) from error
    return {part.name: _count(module, part, alone=alone) for part in parts}


def _reason(error: RuntimeError) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[1:]) or str(error)


def _module(part: Part, levels: int, *, alone: bool) -> Any:  # noqa: ANN401 - torch is untyped here
    sizes, bias = (part.input_size, part.hidden_size), part.biases > 0
    try:
        if alone:
            return getattr(torch.nn, f"{part.cell}Cell")(*sizes, bias=bias, device="meta")
        projection = {"proj_size": part.projection_size} if part.projection_size else {}
        return getattr(torch.nn, part.cell)(
            *sizes,
            num_layers=levels,
            bias=bias,
            bidirectional=part.directions == 2,
            device="meta",
            **projection,
        )
    except ValueError as error:
        raise RefusedLayer(str(error)) from error


def _named(
    filling: Filling, part: Part, tensors: Tensors, *, alone: bool
) -> Iterator[tuple[str, torch.Tensor]]:
    tail = "" if alone else f"_l{part.level}{'_reverse' if filling.direction else ''}"
    tensor = _find(filling.tensor, part.root, tensors)
    for role in filling.roles:
        yield f"{LEAVES.get(role, role)}{tail}", tensor


def _find(name: str, root: str | None, tensors: Tensors) -> torch.Tensor:
    """The tensor of that name, which may be below a key of a checkpoint."""
    wanted = [f"{root}.{name}", name] if root else [name]
    for key in wanted:
        if key in tensors:
            return tensors[key]
    below = [key for want in wanted for key in tensors if key.endswith(f".{want}")]
    if not below:
        raise NoOpinion(f"torch loads no tensor named {name}")
    return tensors[min(below, key=len)]


def _count(module: Any, part: Part, *, alone: bool) -> int:  # noqa: ANN401 - as above
    endings = ("",) if alone else (f"_l{part.level}", f"_l{part.level}_reverse")
    return sum(
        int(parameter.numel())
        for name, parameter in module.named_parameters()
        if name.endswith(endings)
    )
