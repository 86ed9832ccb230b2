"""Other readers of evidence, run on every case of ours: `make interop` writes `docs/interop.md`.

`peers.py` says which, in which version; `wrappers/` has for each a script that prints what it says in its own names, and
`maps/` says which claims of ours those are. Each reader has an environment of its own in `.interop/`. A wrapper imports its
reader and nothing of ours.
"""
