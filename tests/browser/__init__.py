"""Tests in a real browser: `make browser` runs them, `make test` does not collect them."""
