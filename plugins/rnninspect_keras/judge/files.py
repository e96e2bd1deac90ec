"""Opens a whole Keras model as Keras would, and checks its contents before Keras does."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import h5py

from rnninspect.plugin import Limit, Limits, Whereabouts, open_source
from rnninspect.verification.question import NeedsTrust
from rnninspect_keras.judge.screening import first_foreign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO, Any

    from rnninspect.verification.question import Question

    Json = object

ARCHIVE, FOLDER, HDF5 = "keras archive", "keras folder", "keras hdf5 model"
WHOLE = (ARCHIVE, FOLDER, HDF5)
# Keras distinguishes files by their suffix alone: each is loaded under that of its content.
SUFFIXES = {ARCHIVE: ".keras", FOLDER: "", HDF5: ".h5"}
CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
PICKLED = "model.weights.npz"
CONFIGS = ("model_config", "training_config")  # attributes of an HDF5 file


@dataclass(frozen=True, slots=True)
class DeclaredModel:
    """What a model says of itself: its configurations, and the version of Keras that wrote it."""

    configs: tuple[Json, ...]
    version: str

    @property
    def generation(self) -> int:
        """2 or 3: the Keras whose format it is, by its version, else by a word of Keras 2."""
        major = self.version.partition(".")[0]
        if major.isdecimal():
            return 3 if int(major) > 2 else 2
        older = '"batch_input_shape"' in json.dumps(self.configs)
        return 2 if older or "module" not in _keys(self.configs) else 3


def declared(question: Question) -> DeclaredModel:
    """What the model declares.

    Raises:
        NeedsTrust: the question does not trust the file, and it contains something that is not on
            the closed list, or refers to other files.
        RefusedFile: its compressed members would grow beyond the limit `expansion`.
    """
    match question.format.lower():
        case "keras archive":
            found, foreign = _archive(question)
        case "keras folder":
            found, foreign = _folder(question)
        case _:
            found, foreign = _hdf5(question)
    if not question.trusted:
        what = foreign or next(filter(None, map(first_foreign, found.configs)), None)
        if what:
            raise NeedsTrust(f"it contains {what}, which Keras may run, import or open")
    return found


def links_outside(file: Any) -> str | None:  # noqa: ANN401 - h5py is untyped
    """The first link or array of an HDF5 file that refers to another file, if any."""
    pending, seen = [file["/"]], set()
    while pending:
        group = pending.pop()
        for name in group:
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                return f"a link to another file, {link.filename!r}"
            if not isinstance(link, h5py.HardLink):
                continue
            found = group[name]
            address = h5py.h5o.get_info(found.id).addr
            if address not in seen:
                seen.add(address)
                if isinstance(found, h5py.Group):
                    pending.append(found)
                elif isinstance(found, h5py.Dataset) and (found.external or found.is_virtual):
                    return f"an array in another file, {found.name!r}"
    return None


def _archive(question: Question) -> tuple[DeclaredModel, str | None]:
    with zipfile.ZipFile(question.path) as archive:
        members = archive.infolist()
        names = [member.filename for member in members]
        packed = Path(question.path).stat().st_size
        grown = sum(member.file_size for member in members) - packed
        Limits(expansion=question.expansion).require(
            Limit.EXPANSION, grown, "what the archive would unpack to"
        )
        foreign = "two members of one name" if len(set(names)) < len(names) else None
        if PICKLED in names:
            foreign = f"pickled arrays, {PICKLED}"
        version = _version(archive.read(METADATA) if METADATA in names else b"{}")
        config = json.loads(archive.read(CONFIG))
        if WEIGHTS in names and not foreign:
            with archive.open(WEIGHTS) as member:
                foreign = _weights(member)
    return DeclaredModel((config,), version), foreign


def _folder(question: Question) -> tuple[DeclaredModel, str | None]:
    folder = Path(question.path)
    foreign = None
    with open_source(folder) as source:
        for path in _below(folder):
            name = str(path.relative_to(folder))
            if source.neighbour(name).whereabouts is not Whereabouts.INSIDE:
                foreign = f"a file that is not in its folder, {name!r}"
    if (folder / PICKLED).exists():
        foreign = f"pickled arrays, {PICKLED}"
    metadata = folder / METADATA
    version = _version(metadata.read_bytes() if metadata.exists() else b"{}")
    config = json.loads((folder / CONFIG).read_bytes())
    if (folder / WEIGHTS).exists() and not foreign:
        with (folder / WEIGHTS).open("rb") as file:
            foreign = _weights(file)
    return DeclaredModel((config,), version), foreign


def _below(folder: Path) -> Iterator[Path]:
    """Every file and link below a folder; no link is followed."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            yield from _below(path)
        else:
            yield path


def _hdf5(question: Question) -> tuple[DeclaredModel, str | None]:
    with h5py.File(question.path, "r") as file:
        foreign = links_outside(file)
        if foreign and not question.trusted:
            return DeclaredModel((), ""), foreign
        texts = [_text(file.attrs[name]) for name in CONFIGS if name in file.attrs]
        places = (file, *(file[name] for name in ("model_weights",) if name in file))
        versions = [place.attrs["keras_version"] for place in places if _has_version(place)]
        version = _text(versions[0]) if versions else ""
        return DeclaredModel(tuple(map(json.loads, texts)), version), foreign


def _has_version(place: Any) -> bool:  # noqa: ANN401 - as above
    return "keras_version" in place.attrs


def _weights(file: IO[bytes]) -> str | None:
    with h5py.File(file, "r") as weights:
        return links_outside(weights)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _version(metadata: bytes) -> str:
    known = json.loads(metadata)
    version = known.get("keras_version") if isinstance(known, dict) else None
    return version if isinstance(version, str) else ""


def _keys(configs: tuple[Json, ...]) -> set[str]:
    return {key for config in configs if isinstance(config, dict) for key in config}
