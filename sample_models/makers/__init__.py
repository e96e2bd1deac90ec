"""How each sample model is made: tables of recipes, one module for each framework and purpose."""

import os

# Read by the frameworks when they are imported, which the modules of this package do.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
