"""Files written whole or not at all; those of rows in parts, gone on with, and read again."""
