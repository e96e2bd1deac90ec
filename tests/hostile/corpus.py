"""The whole corpus by name, and how it is laid out in a folder."""

from __future__ import annotations

from pathlib import Path

from hostile import (
    audio_entries,
    audio_json_entries,
    budget_entries,
    config_entries,
    container_entries,
    coreml_entries,
    dnnw_entries,
    flatbuffer_entries,
    gguf_entries,
    graph_entries,
    graphdef_entries,
    jax_entries,
    keras_entries,
    mobile_entries,
    name_entries,
    ncnn_entries,
    numpy_entries,
    onnx_entries,
    openvino_entries,
    orbax_entries,
    ort_entries,
    paddle_entries,
    pickle_entries,
    plain_entries,
    safetensors_entries,
    script_entries,
    signature_entries,
    step_entries,
    structure_entries,
    tensorflow_entries,
    tesseract_entries,
    tfjs_entries,
    torch_entries,
)
from hostile.entry import CANARY, MARKERS, Hostile

CORPUS: dict[str, Hostile] = {
    f"{family}/{name}": entry
    for family, entries in (
        ("torch", torch_entries.ENTRIES),
        ("mobile", mobile_entries.ENTRIES),
        ("safetensors", safetensors_entries.ENTRIES),
        ("scripts", script_entries.ENTRIES),
        ("onnx", onnx_entries.ENTRIES),
        ("orbax", orbax_entries.ENTRIES),
        ("ort", ort_entries.ENTRIES),
        ("keras", keras_entries.ENTRIES),
        ("graphs", graph_entries.ENTRIES),
        ("steps", step_entries.ENTRIES),
        ("structures", structure_entries.ENTRIES),
        ("flatbuffers", flatbuffer_entries.ENTRIES),
        ("gguf", gguf_entries.ENTRIES),
        ("tensorflow", tensorflow_entries.ENTRIES),
        ("graphdefs", graphdef_entries.ENTRIES),
        ("tfjs", tfjs_entries.ENTRIES),
        ("containers", container_entries.ENTRIES),
        ("pickles", pickle_entries.ENTRIES),
        ("numpy", numpy_entries.ENTRIES),
        ("jax", jax_entries.ENTRIES),
        ("tesseract", tesseract_entries.ENTRIES),
        ("coreml", coreml_entries.ENTRIES),
        ("audio", audio_entries.ENTRIES),
        ("audio_json", audio_json_entries.ENTRIES),
        ("audio_blobs", dnnw_entries.ENTRIES),
        ("openvino", openvino_entries.ENTRIES),
        ("ncnn", ncnn_entries.ENTRIES),
        ("paddle", paddle_entries.ENTRIES),
        ("plain", plain_entries.ENTRIES),
        ("budgets", budget_entries.ENTRIES),
        ("names", name_entries.ENTRIES),
        ("signatures", signature_entries.ENTRIES),
        ("configs", config_entries.ENTRIES),
    )
    for name, entry in entries.items()
}


def make_corpus(root: Path) -> Path:
    """Write every file below the folder, and a canary beside them that nobody may read."""
    (root / MARKERS).mkdir()
    (root / "canary.txt").write_text(CANARY)
    for name, entry in CORPUS.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        entry.make(path)
    return root
