"""What PSA tokens and CCA platform tokens share: a COSE message around one map of claims, and its words.

Dispatch is by the profile's text, never by labels: the same label means different things in the two.
"""
