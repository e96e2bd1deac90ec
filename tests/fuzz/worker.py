"""Runs one target under atheris; imported only by the process that fuzzes."""

from __future__ import annotations

import hashlib
import pkgutil
import random
import resource
import sys
import tempfile
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import atheris  # type: ignore[import-untyped, unused-ignore]  # not among the tests' packages

if TYPE_CHECKING:
    from .targets import Target

PACKAGES = (
    *("rnninspect", "rnninspect_onnx", "rnninspect_torch", "rnninspect_keras"),
    *("rnninspect_tflite", "rnninspect_ggml", "rnninspect_jax", "rnninspect_tesseract"),
    *("rnninspect_audio", "rnninspect_coreml", "rnninspect_openvino", "rnninspect_paddle"),
    "rnninspect_ncnn",
)
NOT_NEEDED = (".__main__", ".cli", ".verification")  # typer and the frameworks
MOST_SECONDS, MOST_KILOBYTES = 5.0, 300 * 1024
PLAIN = 0.2  # the share of inputs that libFuzzer mutates in its own way


def fuzz(name: str, seconds: int, keep: Path) -> None:
    """Fuzz for so long; crashes go to `keep/name`, one file for each place they come from."""
    with atheris.instrument_imports(include=list(PACKAGES)):
        _import_all()
        targets = import_module(f"{__package__}.targets")
    target: Target = targets.TARGETS[name]
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(target.seeds()):
            (Path(corpus) / f"seed{number}").write_bytes(seed)
        options = [f"-max_total_time={seconds}", "-max_len=100000", "-len_control=0"]
        limits = ["-timeout=60", "-rss_limit_mb=2048", "-verbosity=1"]
        atheris.Setup(
            [sys.argv[0], corpus, *options, *limits],
            lambda data: _watched(target, targets.attempt, data, keep / name),
            custom_mutator=lambda data, most, seed: _mutated(target, data, most, seed),
        )
        atheris.Fuzz()


def _import_all() -> None:
    """Everything that a reader imports later, so that it is instrumented too."""
    for package in map(import_module, PACKAGES):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not any(part in module.name for part in NOT_NEEDED):
                import_module(module.name)


def _mutated(target: Target, data: bytes, most: int, seed: int) -> bytes:
    chance = random.Random(seed)  # noqa: S311 - nobody's secret depends on it
    if chance.random() < PLAIN:
        return bytes(atheris.Mutate(data, most))
    return target.mutate(data, chance)[:most]


def _watched(target: Target, attempt: object, data: bytes, folder: Path) -> None:
    """Run one input; keep it if it raises, takes too long or takes too much memory."""
    started, before = time.process_time(), _peak()
    try:
        attempt(target, data)  # type: ignore[operator]
    except Exception as error:  # noqa: BLE001 - crashes are what fuzzing looks for
        frames = traceback.extract_tb(error.__traceback__)
        cause = error.__cause__ and traceback.extract_tb(error.__cause__.__traceback__)
        _keep(folder, f"{type(error).__name__} at {(cause or frames)[-1]}", data, error)
    spent, grown = time.process_time() - started, _peak() - before
    if spent > MOST_SECONDS:
        _keep(folder, f"{spent:.0f} s", data, None)
    if grown > MOST_KILOBYTES:
        _keep(folder, f"{grown // 1024} MB more", data, None)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _keep(folder: Path, reason: str, data: bytes, error: Exception | None) -> None:
    place = folder / hashlib.sha256(reason.encode()).hexdigest()[:12]
    if place.with_suffix(".input").exists():
        return
    place.with_suffix(".input").write_bytes(data)
    told = "".join(traceback.format_exception(error)) if error else ""
    place.with_suffix(".txt").write_text(f"{reason}\n{told}", errors="backslashreplace")
    sys.stderr.write(f"CRASH {reason}\n")
