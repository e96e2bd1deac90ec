"""Formats by their first bytes: a pattern at the start, and what to say of the file.

Each is matched as it is and after white space. Of two patterns that match the first one counts, so
the particular ones come before the general ones.
"""

from __future__ import annotations

_SOURCE = "inspect the model it was converted from"
_TO_ONNX = "export the model to ONNX"
_DECOMPRESS = "decompress it and inspect the result"
_XML = rb"(?:<\?xml[^>]*>\s*)?"
_COMMENTS = rb"(?:[#;][^\n]*\n\s*)*"
_NO_MODEL = "not a model; the download probably failed"

_MISTAKES = (
    (
        rb"version https://git-lfs",
        "a Git LFS pointer, not the model; run `git lfs pull` to download it",
    ),
    (rb"(?i:<!doctype|<html|<head|<body|<script)", f"an HTML page, {_NO_MODEL}"),
    (rb'\{\s*"error"\s*:', f"a JSON error message, {_NO_MODEL}"),
    (_XML + rb"<Error>", f"an XML error message, {_NO_MODEL}"),
)
_JSON = (
    (
        rb'\{\s*(?:"module"\s*:\s*"[\w.]+"\s*,\s*)?"class_name"\s*:\s*"\w+"\s*,\s*"config"\s*:',
        "a Keras architecture (to_json) without weights; inspect the model saved as .keras or .h5",
    ),
    (rb'\{\s*"nodes"\s*:\s*\[\s*\{\s*"op"', f"an MXNet symbol file: not supported; {_TO_ONNX}"),
    (
        rb'\{\s*"(?:architectures|_name_or_path)"\s*:|\{.{0,400}?"model_type"\s*:\s*"',
        "a Transformers configuration without weights; inspect the weights file beside it",
    ),
    (rb'\{[^{]{0,400}?"learner"\s*:|\{L.{8}learner', "an XGBoost model, not a neural network"),
    (rb'\{.*?"nbformat"\s*:|\{\s*"cells"\s*:', "a Jupyter notebook, not a model"),
    (rb'\{\s*["}]|\[\s*[\[{"\d\]-]', "JSON without a known model"),
)
_MARKUP = (
    (_XML + rb"<PMML", "a PMML model: not supported"),
    (rb"<\?xml", "an XML document, not a model"),
)
_MODELS = (
    # a table's first entry: an empty key, and a SavedTensorSlices (V1) or a BundleHeaderProto (V2)
    (
        rb"\0\0[\x80-\xff]{0,4}[\0-\x7f]\n[\x80-\xff]{0,4}[\0-\x7f](?:\n|$)",
        "a truncated TensorFlow checkpoint (V1): the table at its end is missing",
    ),
    (
        rb"\0\0[\x01-\x7f]\x08[\x80-\xff]{0,4}[\0-\x7f]\x1a",
        "a truncated index of a TensorFlow checkpoint: the table at its end is missing",
    ),
    (
        rb"(?:#[^\n]*\n\s*)*model_checkpoint_path\s*:\s*[\"']",
        "a list of TensorFlow checkpoints; inspect its folder, or the .index file that it names",
    ),
    (
        rb"[lft]mgg|tjgg|algg",
        "a model of ggml from before GGUF, or of whisper.cpp: not supported; convert it to GGUF",
    ),
    (rb"[pf]trt", f"a TensorRT engine: not supported; {_SOURCE}"),
    (rb"RKNN", f"an RKNN model: not supported; {_SOURCE}"),
    (rb"\x12\x01\0{6}", f"an MXNet parameter file: not supported; {_TO_ONNX}"),
    (
        _COMMENTS + rb'(?:name\s*:\s*"[^"\n]*"\s*)?(?:input\w*\s*:|input_\w+\s*\{|layers?\s*\{)',
        "a Caffe network (prototxt): not supported",
    ),
    (_COMMENTS + rb"\[net(?:work)?\]\s", "a Darknet configuration: not supported"),
    (rb"\xba\x16\x4f\x2f", "a fastText model, without recurrent layers"),
    (rb"\0B<|<Nnet|<TransitionModel>", f"a Kaldi model: not supported; {_TO_ONNX}"),
    (rb"#(?:Lookup)?Parameter#", "DyNet parameters: not supported"),
    (rb"binf|CBM1|tree\s+version=", "a gradient boosting model, not a neural network"),
    (
        rb"(?:[\x81-\x8f]|\xde..|\xdf....)(?:[\xa1-\xbf]|\xd9.)[A-Za-z_][\w.-]*[\x80-\x8f\xc7-\xdf]",
        "MessagePack data without an array as Flax saves them: not a model",
    ),
)
_DATA = (
    (rb"\x93NUMPY", "a NumPy array (.npy), not a model"),
    (rb"MATLAB [57]", f"a MATLAB file (.mat): not supported; {_TO_ONNX}"),
    (rb"RDX[23]\n|[XA]\n\0\0\0[\2\3]", "an R data file: not supported"),
    (rb"PAR1|ARROW1|FEA1|Obj\x01", "a table (Parquet, Arrow or Avro), not a model"),
    (rb"SQLite format 3", "an SQLite database, not a model"),
    (rb"BZh\d", f"bzip2-compressed data; {_DECOMPRESS}"),
    (rb"\xfd7zXZ|\x5d\0\0.\0", f"xz-compressed data; {_DECOMPRESS}"),
    (rb"\x28\xb5\x2f\xfd", f"zstd-compressed data; {_DECOMPRESS}"),
    (rb"\x04\x22\x4d\x18", f"LZ4-compressed data; {_DECOMPRESS}"),
    (rb"7z\xbc\xaf|Rar!\x1a", "a 7-Zip or RAR archive; extract it and inspect the model file"),
    (rb"%PDF-", "a PDF document, not a model"),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP", "an image, not a model"),
    (rb"RIFF....WAVE|OggS|fLaC|ID3", "a sound file, not a model"),
    (rb"\x7fELF|MZ.{58}|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe|\0asm", "a program, not a model"),
)
SIGNATURES: tuple[tuple[bytes, str], ...] = (*_MISTAKES, *_JSON, *_MARKUP, *_MODELS, *_DATA)
