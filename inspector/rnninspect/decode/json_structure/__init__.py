"""The structure of JSON whose weights are lists of numbers: scanned in blocks, never loaded.

`scanner.scan_json` gives keys, texts and small values as they are, and each list of numbers as its
shape and its place in the file.
"""
