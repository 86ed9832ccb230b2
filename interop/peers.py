"""The other readers: what to install, the script that prints what they say, the map of their names."""

from __future__ import annotations

from typing import Final, NamedTuple


class Peer(NamedTuple):
    """One reader of one kind of evidence. The wrapper and the map have names of their own, by kind."""

    package: str
    version: str
    name: str

    @property
    def requirement(self) -> str:
        return f"{self.package}=={self.version}"


PEERS: Final = (
    Peer("dcap-qvl", "0.7.0", "dcap-qvl"),
    Peer("omne-attest", "0.1.0", "omne-attest"),
    Peer("cvm-attest", "1.0.0", "cvm-attest-snp"),
    Peer("cvm-attest", "1.0.0", "cvm-attest-tdx"),
    Peer("dk-tee-attestation", "0.6.5", "dk-tee-attestation"),
)
NAMES_ALONE: Final = (
    *("go-sev-guest", "trustee-snp", "trustee-tdx", "trustee-cca"),
    *("veraison-psa", "veraison-cca"),
)
"""Maps of readers that no package index of Python has: for those who can run them."""
