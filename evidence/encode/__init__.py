"""Claims to bytes and back. Knows no evidence type."""
