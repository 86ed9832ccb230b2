"""The adapters of `examples/engines`, each on its real engine: `make engines`."""
