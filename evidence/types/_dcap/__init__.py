"""Quotes of Intel's DCAP: what TDX and SGX share, from the header to the PCK certificates."""
