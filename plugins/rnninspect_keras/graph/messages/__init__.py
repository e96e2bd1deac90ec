"""GraphDef as records, whether it is stored in binary form, as text or as JSON."""
