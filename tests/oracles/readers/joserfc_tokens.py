"""joserfc on signed JWTs: whether the key beside each verifies it, and refuses it with one character changed."""

import json
import sys
import warnings
from pathlib import Path

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

warnings.simplefilter("ignore")  # EdDSA has a newer name


def verifies(token: str, pem: str, alg: str) -> bool:
    key = (OKPKey if alg == "EdDSA" else ECKey).import_key(pem)
    try:
        jws.deserialize_compact(token, key, algorithms=[alg])
    except Exception:  # noqa: BLE001 (whatever it raises: it refuses the token)
        return False
    return True


for name in sys.argv[1:]:
    file = Path(name)
    token, pem = file.read_text(), file.with_suffix(".pem").read_text()
    middle = len(token) - 20
    changed = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    alg = file.stem
    print(json.dumps([file.name, verifies(token, pem, alg) and not verifies(changed, pem, alg)]))
