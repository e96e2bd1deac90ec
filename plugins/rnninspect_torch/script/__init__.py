"""A bounded parser of serialised TorchScript, which compiles and runs nothing."""
