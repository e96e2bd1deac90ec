"""The judge of TFLite files."""
