"""The judges of JAX's files: Flax, and TensorStore for checkpoints of Orbax."""
