"""Pages for people; some are made from the code by `generate.py`."""
