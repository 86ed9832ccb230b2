"""One thing of a built-in type broken at a time, and whether the gate notices and says which: `python -m tests.breaks`.

A break is one change: a byte of a fixture, a recorded claim, a stated fact, a recipe, a line of a schema, a member of the
descriptor, or a row, a bound or a word of a table in the code. The duties of the gate run over the type with that one thing
replaced; what they say must be at least one reason, and one of the reasons must name what is broken. `files`, `schemas`, `descriptors`
and `code` say what there is to break; `trial` breaks it and asks.
"""
