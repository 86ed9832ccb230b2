"""What certificates say about layers of firmware (TCG DICE) and about the device (DMTF), for every type."""
