"""Evidence and claims for people: what `evidence show` and `evidence diff` say, as pages of plain text.

`document` and `refusal` make a page (`page`) of what was read, `differences` compares two documents, and `text` lays
pages out in lines. Every text of an input is escaped there, in one place.
"""
