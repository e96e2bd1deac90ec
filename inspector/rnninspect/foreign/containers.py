"""Archives and folders by the names in them: a pattern of one name, and what to say of it all."""

from __future__ import annotations

_EXTRACT = "extract it and inspect the model inside"
COMPILED_FROM = "inspect the .mlmodel or .mlpackage that it was compiled from"
_SHARD = r"(?:.*/)?group\d+-shard\d+of\d+(?:\.bin)?"

ARCHIVES: tuple[tuple[str, str], ...] = (
    (r"\[Content_Types\]\.xml", "an Office document, not a model"),
    (r"AndroidManifest\.xml", f"an Android package (.apk), not a model; {_EXTRACT}"),
    (r"MAR-INF/MANIFEST\.json", f"a TorchServe archive (.mar): not supported; {_EXTRACT}"),
    (r"[^/]+\.dist-info/WHEEL", "a Python wheel, not a model"),
    (r"(?:.*/)?[^/]+\.mlmodel", f"a zip archive of a Core ML package; {_EXTRACT}"),
    (r"coefficients\.bin", "a Deeplearning4j model: not supported"),
    (
        r"(?:.*/)?saved_model\.pb",
        "a zip archive of a SavedModel; extract it and inspect the folder",
    ),
    (_SHARD, "a zip archive of a TensorFlow.js model; extract it and inspect its model.json"),
    (
        r".*\.(?:onnx|h5|hdf5|keras|pt|pth|ckpt|safetensors|tflite)",
        f"a zip archive of model files; {_EXTRACT}",
    ),
    (r"META-INF/MANIFEST\.MF", "a Java archive (.jar), not a model"),
    (r"mimetype", "a document (OpenDocument or EPUB), not a model"),
)
FOLDERS: tuple[tuple[str, str], ...] = (
    (r"coremldata\.bin|model\.mil", f"a compiled Core ML model: not supported; {COMPILED_FROM}"),
    (
        r"manifest\.ocdbt|_CHECKPOINT_METADATA",
        "an Orbax checkpoint (JAX, Flax) without the tree of its names (_METADATA)",
    ),
    (_SHARD, "weights of a TensorFlow.js model without the model.json that lists them"),
)
CORE_ML_PACKAGE = (
    ("Manifest.json", "Data"),
    "a Core ML package whose Manifest.json does not list its items",
)
