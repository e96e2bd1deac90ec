"""Files on HTTP servers: ranges of bytes, connections, and which machines may be reached."""
