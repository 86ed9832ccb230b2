"""Evidence to look at: its bytes in layers, the fields in them, and what each became; as text, as JSON, as one page.

Nothing else of the library knows this room; the command line imports it when it is asked for.
"""
