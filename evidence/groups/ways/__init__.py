"""The ways of tying pieces, one a module: `NAME`, and `ties(parts)`, which gives every tie of that way."""
