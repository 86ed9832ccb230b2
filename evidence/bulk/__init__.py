"""Inputs by the million: many sources, several processes, and outputs that a broken run goes on with.

A room of its own, which the core does not know. What is to be read becomes chunks (`sources`), a process converts one chunk
after the other (`jobs`) into lines (`lines`) or into a file of columns (`parts`), and what is whole stays (`runs`).
"""
