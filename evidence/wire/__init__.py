"""How bytes are read. Knows no evidence type."""
