"""What the core needs to know of Keras: its names, and the module that asks it and TensorFlow."""

from __future__ import annotations

from rnninspect.plugin import Framework, Judge

FRAMEWORKS = (
    Framework(
        "keras",
        "Keras",
        library="keras",
        judges=(
            Judge(
                "keras",
                "rnninspect_keras.judge.by_keras",
                packages=("tensorflow", "keras", "h5py"),
                extra="tensorflow",
                environment=(
                    ("KERAS_BACKEND", "tensorflow"),
                    ("KERAS_HOME", "."),  # the folder of the child
                    ("TF_CPP_MIN_LOG_LEVEL", "3"),
                    ("TF_ENABLE_ONEDNN_OPTS", "0"),
                    ("HDF5_PLUGIN_PRELOAD", "::"),  # no filter from a library that a file names
                ),
            ),
        ),
    ),
)
