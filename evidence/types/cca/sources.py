"""Where the claims of a CCA token lie, at absolute offsets, and what they became."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence.input import Input
from evidence.paths import join, steps
from evidence.registry import Source
from evidence.types._psa.claims import label_of
from evidence.types._psa.places import Claimed, Each, components, content, fields
from evidence.types._psa.token import Token
from evidence.types.cca.layout import PLATFORM_1
from evidence.types.cca.platform import PLATFORM
from evidence.types.cca.read import CcaToken
from evidence.types.cca.realm import REALM

REALM_CLAIMS: Final[Claimed] = {
    "challenge": ("/bindings/realm_challenge",),
    "instance_id": (f"{REALM}/identifiers/instance_id",),
    "profile": (f"{REALM}/profile",),
    "personalization_value": (f"{REALM}/inputs/personalization_value",),
    "hash_algo_id": (f"{REALM}/values/hash_algo_id",),
    "public_key": (f"{REALM}/keys/public_key",),
    "initial_measurement": (f"{REALM}/measurements/rim",),
    "extensible_measurements": (Each(f"{REALM}/measurements/rem"),),
    "public_key_hash_algo_id": (f"{REALM}/values/public_key_hash_algo_id",),
    "early_mec_policy": (f"{REALM}/values/mec_policy",),
    "mec_policy": (f"{REALM}/values/mec_policy",),
    "lfa_policy": (f"{REALM}/values/lfa_policy",),
    "devices_token_hash": ("/bindings/devices_token_hash",),
}
PLATFORM_CLAIMS: Final[Claimed] = {
    "challenge": ("/bindings/platform_challenge",),
    "instance_id": (f"{PLATFORM}/identifiers/instance_id",),
    "profile": (f"{PLATFORM}/profile",),
    "lifecycle": (f"{PLATFORM}/lifecycle", f"{PLATFORM}/debug"),
    "implementation_id": (f"{PLATFORM}/identifiers/implementation_id",),
    "software_components": (f"{PLATFORM}/measurements",),
    **{
        name: (f"{PLATFORM}/values/{name}",)
        for name in (
            "client_id",
            "verification_service",
            "config",
            "hash_algo_id",
            "manufacturing_config",
            "peer_signers",
            "eat_profile",
        )
    },
}


def sources(found: CcaToken, given: Input) -> Iterator[Source]:
    """Every claim, header and signature, part by part."""
    data = given.data
    if found.realm is not None:
        yield from fields(found.realm, data, "realm", REALM_CLAIMS, prefix="realm/")
    if found.platform is not None:
        yield from _platform(found.platform, data)
    if found.devices is not None:
        count = len(found.devices.claims.values["devices"])
        profile: Claimed = {
            "profile": tuple(f"/environments/device-{index}/profile" for index in range(count))
        }
        yield from fields(found.devices, data, "device-0", profile, _device)
    labels = steps([label_of(entry.label) for entry in found.further])
    for step, entry in zip(labels, found.further, strict=True):
        start = content(data, entry.start, entry.end)
        claims = (join("environments", "collection", "unknown", step),)
        yield Source(f"entry.{label_of(entry.label)}", start, entry.end, claims)
    for indicator in found.indicators:
        yield Source(f"entry.{indicator.label!r}.indicator", indicator.start, indicator.end)


def _platform(token: Token, data: bytes) -> Iterator[Source]:
    component = components(token, "platform")
    software = token.table.label("software_components")
    extension = PLATFORM_1.label("extension")

    def inside(path: tuple[Any, ...]) -> tuple[str, Claimed]:
        label, index = path
        if label == software:
            return f"platform.component-{index}", component(index)
        if label == extension:
            return f"platform.extension-{index}", _extension(index)
        return f"platform.tbb_rotpk-{index}", _rotpk(index)

    yield from fields(token, data, "platform", PLATFORM_CLAIMS, inside, prefix="platform/")


def _extension(index: int) -> Claimed:
    here = f"/environments/extension-{index}"
    names = ("certificate_chain_digest", "ide", "protocol", "vca_digest", "device_type", "encryption_type")
    return {
        "hash_algo_id": (f"{here}/values/hash_algo_id",),
        "measurements_digest": (f"{here}/measurements/measurements",),
        **{name: (f"{here}/values/{name}",) for name in names},
    }


def _rotpk(index: int) -> Claimed:
    values = {
        name: (f"{PLATFORM}/values/tbb_rotpk-{index}.{name}",) for name in ("name", "active_array", "index")
    }
    return values | {"hash": (f"{PLATFORM}/signers/tbb_rotpk-{index}",)}


def _device(path: tuple[Any, ...]) -> tuple[str, Claimed]:
    _, index = path
    here = f"/environments/device-{index}"
    names = ("protocol_negotiation_digest", "coherent_ide", "non_coherent_ide")
    return f"devices.device-{index}", {
        "identity_digest": (f"{here}/identifiers/identity_digest",),
        "measurements_digest": (f"{here}/measurements/measurements",),
        **{name: (f"{here}/values/{name}",) for name in names},
    }
