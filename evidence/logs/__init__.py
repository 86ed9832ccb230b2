"""Event logs: what was extended into the registers of a TPM or a TD, event by event, and what of it may be believed.

A log is not evidence. Its digests add up to a register that evidence reports, or not (`replay`); and what it says in
words is what was hashed, or a label beside it (`backing`).
"""
