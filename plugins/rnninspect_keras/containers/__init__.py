"""How a model is packed: zip members, folders, shards, datasets of HDF5. Knows no layers."""
