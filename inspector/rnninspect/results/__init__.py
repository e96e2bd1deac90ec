"""Files of rows: written in parts, whole or not at all, gone on with, and read again."""
