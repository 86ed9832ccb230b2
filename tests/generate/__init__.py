"""Generators of fixtures: literal bytes from the specifications, never through the library."""
