"""pyhanko-certvalidator on certification paths: each file holds a leaf, certificates that help, anchors and a time."""

import asyncio
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto.x509 import Certificate
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError


def valid(job: dict[str, Any]) -> bool:
    """Whether there is a path at that time. What a certificate may be used for is not asked."""
    leaf, *helpers = [Certificate.load(bytes.fromhex(der)) for der in (job["leaf"], *job["helpers"])]
    context = ValidationContext(
        trust_roots=[Certificate.load(bytes.fromhex(der)) for der in job["anchors"]],
        other_certs=helpers,
        moment=datetime.fromisoformat(job["at"]),
        allow_fetching=False,
        revocation_mode="soft-fail",
        time_tolerance=timedelta(0),
    )
    validator = CertificateValidator(leaf, intermediate_certs=helpers, validation_context=context)
    try:
        asyncio.run(validator.async_validate_path())
    except (PathError, ValidationError, ValueError):
        return False
    return True


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(json.dumps(valid(json.loads(Path(name).read_text()))))
