"""cbor2 on concise evidence, alone or in a table of contents: classes of environments, and digests measured in them."""

import json
import sys
from pathlib import Path
from typing import Any

import cbor2

CONTENTS, EVIDENCE = 570, 571
TRIPLES = (0, 1, 5, 4)
"""Evidence, identity, attest key, CoSWID: environments are counted in this order."""
TEXTS = ((1, "identifiers/vendor/text"), (2, "identifiers/model/text"))
NUMBERS = ((3, "values/layer/int"), (4, "values/index/int"))


def evidence(result: dict[int, Any], here: str) -> dict[str, object]:
    text: dict[str, object] = {}
    known: list[Any] = []
    measured: dict[int, int] = {}
    for label in TRIPLES:
        for triple in result[0].get(label, ()):
            environment, content = triple[0], triple[1]
            if environment not in known:
                known.append(environment)
            number = known.index(environment)
            path = f"{here}~1{number}"
            kind = environment.get(0, {})
            text |= {f"{path}/{name}": kind[key] for key, name in TEXTS if key in kind}
            text |= {f"{path}/{name}": kind[key] for key, name in NUMBERS if key in kind}
            for item in content if label == 0 else ():
                if 2 in item[1]:
                    at = f"{path}/measurements/{measured.get(number, 0)}"
                    measured[number] = measured.get(number, 0) + 1
                    text[f"{at}/digests/0/digest"] = item[1][2][0][1].hex()
                elif 14 in item[1] or 4 in item[1]:
                    return text  # registers and raw values are counted among the measurements as well
    return text


def facts(data: bytes) -> dict[str, object] | None:
    item = cbor2.loads(data)
    number = item.tag if isinstance(item, cbor2.CBORTag) else None
    result = item.value if number is not None else item
    if number == CONTENTS:
        text: dict[str, object] = {}
        for index, one in enumerate(result[0]):
            inner = one.value if isinstance(one, cbor2.CBORTag) else one
            text |= evidence(inner, f"/environments/root~1{index}")
        return text or None
    if number == EVIDENCE or (number is None and isinstance(result.get(0), dict)):
        return evidence(result, "/environments/root") or None
    return None


for name in sys.argv[1:]:
    try:
        print(json.dumps(facts(Path(name).read_bytes())))
    except Exception:  # noqa: BLE001 (whatever it raises: it refuses the document)
        print("null")
