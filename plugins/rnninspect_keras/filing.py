"""How the models of Keras and TensorFlow are filed: archives, HDF5 files, folders, checkpoints."""

from __future__ import annotations

from rnninspect.plugin import Filing

_SHARDS = r"(?P<stem>.+)\.data-\d+-of-\d+"

FILING = Filing(
    sure_suffixes=(".keras",),
    starts=(
        rb"PK\x03\x04.*",
        rb"\x89HDF\r\n\x1a\n.*",
        rb"\0\0[\x80-\xff]{0,4}[\0-\x7f]\n.*",  # V1: an empty key, SavedTensorSlices
    ),
    parts=(
        (_SHARDS, "{stem}.index"),
        (r"(?P<stem>.+)\.meta", "{stem}.index"),
        (r"variables/|assets/|assets\.extra/|keras_metadata\.pb|fingerprint\.pb", "saved_model.pb"),
        (r"model\.weights\.(?:h5|json|npz)", "config.json"),
        (r"(?P<stem>.+)_\d{5}\.weights\.h5", "{stem}.weights.json"),
        (r"group\d+-shard\d+of\d+(?:\.bin)?", "model.json"),
    ),
    folders=("saved_model.pb", "config.json"),
)
