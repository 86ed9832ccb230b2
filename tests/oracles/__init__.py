"""What independent readers say about public samples, written into `fixtures/<type>/real/`.

`python -m tests.oracles TYPE` runs the readers of a type, each in an environment of its own, over the
samples in `EVIDENCE_CORPUS`, compares them with one another, and writes the entries. A reader is a
script in `readers/`: it takes file names and prints, for each, one line of JSON: the claims paths that
it can speak about with their values, or null if it refuses the file. It imports the reader's library
and nothing of ours. `make test` reads the entries and needs no reader.
"""
