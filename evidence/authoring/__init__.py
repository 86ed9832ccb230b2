"""What authors of evidence types need, and nobody else: the gate, fixtures, schemas, plugins. `evidence.testing` is its door."""
