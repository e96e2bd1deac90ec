"""OpenVINO as judge of `verify`."""
