"""What PyTorch runs on devices: flatbuffer files of PyTorch Mobile and of ExecuTorch."""
