"""The tests, in the order of the pipeline they follow."""
