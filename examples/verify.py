"""Whether evidence is authentic: one call for every type. The evidence and the keys are those of the fixtures."""

import json
from datetime import datetime

import evidence
from evidence.authoring import fixtures
from evidence.verify import NotVerified, Trust, verify

TYPES = ("amd-sev-snp", "intel-tdx", "arm-cca", "dmtf-spdm", "eat")


def main() -> None:
    for name in TYPES:
        folder = evidence.Registry.builtin()[name].fixtures
        valid = {loaded.name: loaded for loaded in fixtures.valid(folder)}
        for case, given in fixtures.checked(folder):
            loaded = valid[given.origin_of].broken(given)  # a copy, with the changes that the case is about
            piece = evidence.parse(
                loaded.data, attachments=loaded.attachments, options=loaded.fixture.options
            )
            keys = {role: json.dumps(key).encode() for role, key in given.keys.items()}
            trust = (
                Trust().with_anchors(*given.anchors).with_keys(**keys)
            )  # Trust.shipped() has vendors' roots
            at = datetime.fromisoformat(given.at)
            report = verify(piece, trust=trust, at=at, certificates=given.certificates, nonce=given.nonce)
            try:
                verified = report.require()
                print(f"{name}, {case}: verified {verified.claims.evidence.sha256.hex()[:16]}")
            except NotVerified as error:
                print(f"{name}, {case}: {error}")


if __name__ == "__main__":
    main()
