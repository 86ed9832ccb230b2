"""cddl-verifier on outputs: whether each file of a folder fits the grammar of its form.

Two arguments: the folder of the grammars, the folder of the outputs.
JSON is checked as the CBOR of the same values. A rule is always named (without one it is guessed), and the feature that
allows any claim is off (with it, every claims set fits). Sizes inside of a choice by encoding are not looked at.
"""

import json
import sys
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from cddl_verifier import Validator, cbor

GRAMMARS, FOLDER = map(Path, sys.argv[1:3])
RULES = {
    # how a file ends: grammar, rule, features, whether it is CBOR of ours
    ".uccs.cbor": ("eat-cbor.cddl", "start", ("cbor",), True),
    ".eat.json": ("eat-json.cddl", "start", ("json",), False),
    ".ce.cbor": ("concise-evidence.cddl", "start", (), True),
    ".ect.cbor": ("acs.cddl", "start", (), True),
    ".cmw.cbor": ("cmw.cddl", "cmw", (), True),
    ".cmw.json": ("cmw.cddl", "cmw", (), False),
    ".addition.cbor": ("evidence-addition.cddl", "start", (), True),
}


@cache
def validator(grammar: str, features: tuple[str, ...]) -> Validator:
    component = GRAMMARS / "measured-component.cddl"
    return Validator(
        GRAMMARS / grammar, modules={"measured-component": component}, features=features, strict_modules=True
    )


def fits(file: Path) -> bool:
    ending = next(ending for ending in RULES if file.name.endswith(ending))
    grammar, rule, features, is_cbor = RULES[ending]
    data = file.read_bytes()
    if not is_cbor:
        data = cbor.encode(json.loads(data))
    if not validator(grammar, features).validate(data, rule, require_deterministic=is_cbor).valid:
        return False
    bodies = validator("concise-evidence-map.cddl", ())
    return all(
        bodies.validate(body, "start", require_deterministic=True).valid
        for body in concise(cbor.decode(data))
    )


def concise(value: Any) -> Iterator[bytes]:
    """The concise evidence in the measurements of a claims set, which its grammar takes for any bytes."""
    root = getattr(value, "value", value)
    submodules: Any = root.get(266, root.get("submods", {})) if isinstance(root, dict) else {}
    for submodule in submodules.values():
        for _, body in submodule.get(273, submodule.get("measurements", ())):
            yield body if isinstance(body, bytes) else urlsafe_b64decode(body + "=" * (-len(body) % 4))


for file in sorted(FOLDER.iterdir()):
    print(json.dumps([file.name, fits(file)]))
