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
        for case, source in fixtures.checked(folder):
            loaded = valid[source.origin_of].broken(source)  # a copy, with the changes that the case is about
            piece = evidence.parse(
                loaded.data, attachments=loaded.attachments, options=loaded.fixture.options
            )
            keys = {role: json.dumps(key).encode() for role, key in source.keys.items()}
            trust = (
                Trust().with_anchors(*source.anchors).with_keys(**keys)
            )  # Trust.shipped() has vendors' roots
            at = datetime.fromisoformat(source.at)
            report = verify(piece, trust=trust, at=at, certificates=source.certificates, nonce=source.nonce)
            try:
                verified = report.require()
                print(f"{name}, {case}: verified {verified.claims.evidence.sha256.hex()[:16]}")
            except NotVerified as error:
                print(f"{name}, {case}: {error}")


if __name__ == "__main__":
    main()
