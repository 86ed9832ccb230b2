"""Numbers over a whole fleet, and a page of them (extra `fleet`): a room of its own, which the core does not know.

What is read are columns of claims, as `evidence convert --to parquet` and `evidence.columnar` give them. What is counted is
`numbers`; a document (`document`) has the same numbers that the page (`page`) shows.
"""
