"""SPDM messages (DMTF DSP0274) by structure, for carriers and types alike."""
