"""Whose report it is: a hardware report that a paravisor asked for, told by the runtime data that the report binds.

Sources: openvmm, `openhcl_attestation_protocol`, `underhill_attestation` (the runtime claims), `tpm_device` (the template of the key);
coconut-svsm, `protocols/attest.rs`.
"""
