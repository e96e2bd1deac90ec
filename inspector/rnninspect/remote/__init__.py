"""Files on servers, of which only the bytes that are needed are fetched.

Loaded only for a location with `://`. HTTPS and the Hugging Face Hub need the standard library
alone: `huggingface_hub` takes ten times as long to import as a whole inspection, and this way every
request keeps to the same rules. Other schemes are read through fsspec, an extra.
"""
