"""Structures of TPM 2.0 as they go over the wire: big-endian, without padding.

Source: TCG, TPM 2.0 Library, Part 2: Structures (names are its own).
"""
