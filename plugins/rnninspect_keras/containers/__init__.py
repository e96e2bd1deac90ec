"""What a file or folder contains: HDF5 stores, archives, shards. Nothing here knows layers."""
