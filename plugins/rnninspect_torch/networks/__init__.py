"""The networks in what a file contains: modules, state dicts, copies. Nothing here knows cells."""
