"""ML programs: operators of MIL with constants in them or in blob files (MIL.proto)."""
