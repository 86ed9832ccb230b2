"""Every way in which pieces of evidence are tied, with the stack that does it and its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from evidence.groups.document import Tie
from evidence.groups.members import Parts
from evidence.groups.ways import cca, coco, composite, dat, generation, nonces, ratsd, vtpm


class Way(NamedTuple):
    """A way of tying members."""

    name: str
    who: str
    """What ties so."""
    what: str
    """What the ties are, for the page."""
    source: str
    """Where it is written down."""
    ties: Callable[[Parts], Iterator[Tie]]


WAYS: Final = (
    Way(
        ratsd.NAME,
        "RATSD, token version 2",
        "the nonce of each record is SHAKE of the token's; one signature covers all",
        "veraison, ratsd, `api/server.go`, `ratsd-token.cddl`",
        ratsd.ties,
    ),
    Way(
        dat.NAME,
        "`dat create -e`",
        "the CPU's challenge is the SHA-256 of the device's token as it stands",
        "veraison, da",
        dat.ties,
    ),
    Way(
        coco.NAME,
        "Confidential Containers, KBS protocol",
        "the CPU's report data is the SHA-384 of the request's runtime data and all evidence of devices",
        "confidential-containers, trustee `kbs` and guest-components",
        coco.ties,
    ),
    Way(
        cca.NAME,
        "Arm CCA with devices",
        "the token has digests of each device's certificates, negotiation and measurements",
        "Arm DEN0137 2.0; RMM",
        cca.ties,
    ),
    Way(
        composite.NAME,
        "EAT bundles",
        "the signed token has the digest of the claims set that holds the device's evidence",
        "RFC 9711; draft-sun-rats-composite-eat",
        composite.ties,
    ),
    Way(
        vtpm.NAME,
        "paravisors with a vTPM",
        "the key that the paravisor's report vouches for is the quote's signer",
        "TPM 2.0 Library, part 1, section 16; Microsoft, openvmm",
        vtpm.ties,
    ),
    Way(
        nonces.NAME,
        "lists of devices, and whoever asks several attesters with one nonce",
        "the same nonce, whole or cut to the 32 bytes of SPDM",
        "NVIDIA, nvtrust; confidential-containers, guest-components",
        nonces.ties,
    ),
    Way(
        nonces.CALLER,
        "whoever asks, and names the nonce (`--nonce`)",
        "each member that nothing else accounts for has the nonce, whole or cut to 32 bytes",
        "RFC 9334, section 10",
        nonces.of_caller,
    ),
    Way(
        generation.NAME,
        "Linux, device evidence",
        "the carrier gives the interface's report the generation of the device's evidence",
        "Linux, `device-evidence` (proposed)",
        generation.ties,
    ),
)
