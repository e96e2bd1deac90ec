"""A scan on many machines: batches of models, which workers of Dask inspect and write as parts."""
