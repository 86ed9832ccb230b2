"""Registered numbers, written down a second time from the registries and specifications: never from the code.

Each table has the shape that its registry prints: names to numbers, or arcs to leaves. What the code knows is compared with
it, whole (`tests/test_registered.py`): a number that is added to the code is to be added here from its registry.
"""

from __future__ import annotations

# IANA "COSE Algorithms": name, value, hash, form of the signature (RFC 9053, 8812, 9459, 9864; FIPS 204; RFC 8778)
COSE_ALGORITHMS = """
ES256             -7    SHA-256  ECDSA
ES384             -35   SHA-384  ECDSA
ES512             -36   SHA-512  ECDSA
ES256K            -47   SHA-256  ECDSA
ESP256            -9    SHA-256  ECDSA
ESP384            -51   SHA-384  ECDSA
ESP512            -52   SHA-512  ECDSA
ESB256            -265  SHA-256  ECDSA
ESB320            -266  SHA-384  ECDSA
ESB384            -267  SHA-384  ECDSA
ESB512            -268  SHA-512  ECDSA
EdDSA             -8    -        -
Ed25519           -19   -        -
Ed448             -53   -        -
PS256             -37   SHA-256  RSA
PS384             -38   SHA-384  RSA
PS512             -39   SHA-512  RSA
RS256             -257  SHA-256  RSA
RS384             -258  SHA-384  RSA
RS512             -259  SHA-512  RSA
HSS-LMS           -46   -        -
ML-DSA-44         -48   -        -
ML-DSA-65         -49   -        -
ML-DSA-87         -50   -        -
HMAC-256/64       4     SHA-256  -
HMAC-256/256      5     SHA-256  -
HMAC-384/384      6     SHA-384  -
HMAC-512/512      7     SHA-512  -
AES-MAC-128/64    14    -        -
AES-MAC-256/64    15    -        -
AES-MAC-128/128   25    -        -
AES-MAC-256/128   26    -        -
"""
# IANA "JSON Web Signature and Encryption Algorithms" (RFC 7518, 8037, 8812, 9864; FIPS 204)
JOSE_ALGORITHMS = """
HS256      SHA-256  -
HS384      SHA-384  -
HS512      SHA-512  -
RS256      SHA-256  RSA
RS384      SHA-384  RSA
RS512      SHA-512  RSA
PS256      SHA-256  RSA
PS384      SHA-384  RSA
PS512      SHA-512  RSA
ES256      SHA-256  ECDSA
ES384      SHA-384  ECDSA
ES512      SHA-512  ECDSA
ES256K     SHA-256  ECDSA
EdDSA      -        -
Ed25519    -        -
Ed448      -        -
ML-DSA-44  -        -
ML-DSA-65  -        -
ML-DSA-87  -        -
"""
# what the names above are in claims
NAMES = {
    **dict.fromkeys(("ES256", "ES384", "ES512"), "ecdsa"),
    "ESP256": "ecdsa-p256",
    "ESP384": "ecdsa-p384",
    "ESP512": "ecdsa-p521",
    "ES256K": "ecdsa-secp256k1",
    **{f"ESB{size}": f"ecdsa-brainpoolp{size}r1" for size in (256, 320, 384, 512)},
    "EdDSA": "eddsa",
    "Ed25519": "ed25519",
    "Ed448": "ed448",
    "HSS-LMS": "hss-lms",
    **{f"PS{size}": "rsapss" for size in (256, 384, 512)},
    **{f"RS{size}": "rsassa" for size in (256, 384, 512)},
    **{f"ML-DSA-{level}": f"ml-dsa-{level}" for level in (44, 65, 87)},
    **{f"HMAC-{a}/{b}": f"hmac-{a}-{b}" for a, b in ((256, 64), (256, 256), (384, 384), (512, 512))},
    **{f"AES-MAC-{key}/{tag}": f"aes-mac-{key}-{tag}" for key in (128, 256) for tag in (64, 128)},
}
# in JOSE the curve belongs to the name (RFC 7518, section 3.4), and HSnnn is the whole HMAC
JOSE_NAMES = {
    **NAMES,
    "ES256": "ecdsa-p256",
    "ES384": "ecdsa-p384",
    "ES512": "ecdsa-p521",
    **{f"HS{size}": f"hmac-{size}-{size}" for size in (256, 384, 512)},
}
# sizes of signatures and MACs in bytes: r and s of the curve (RFC 7518, section 3.4), RFC 8032, whole HMACs
JOSE_SIZES = {
    "ES256": (32 + 32,),
    "ES384": (48 + 48,),
    "ES512": (66 + 66,),
    "ES256K": (32 + 32,),
    "Ed25519": (64,),
    "Ed448": (114,),
    "EdDSA": (64, 114),
    "HS256": (256 // 8,),
    "HS384": (384 // 8,),
    "HS512": (512 // 8,),
}

# IANA "COSE Algorithms", the hashes of RFC 9054 that have a name in claims
COSE_HASHES = {
    "SHA-1": -14,
    "SHA-256/64": -15,
    "SHA-256": -16,
    "SHA-512/256": -17,
    "SHA-384": -43,
    "SHA-512": -44,
}
# IANA "Named Information Hash Algorithm Registry", in its order from 1 on
NAMED_INFORMATION = (
    *("sha-256", "sha-256-128", "sha-256-120", "sha-256-96", "sha-256-64", "sha-256-32"),
    *("sha-384", "sha-512", "sha3-224", "sha3-256", "sha3-384", "sha3-512"),
)
# NIST CSOR, arc 2.16.840.1.101.3.4.2 (hashAlgs); SHA-1 of OIW; SM3 of OSCCA
NIST_HASHES = {
    "sha-256": 1,
    "sha-384": 2,
    "sha-512": 3,
    "sha-224": 4,
    "sha-512-256": 6,
    "sha3-224": 7,
    "sha3-256": 8,
    "sha3-384": 9,
    "sha3-512": 10,
}
OTHER_HASHES = {"sha-1": "1.3.14.3.2.26", "sm3": "1.2.156.10197.1.401"}
# TCG Algorithm Registry: number, name, bits of a digest
TCG_HASHES = {
    0x04: ("sha-1", 160),
    0x0B: ("sha-256", 256),
    0x0C: ("sha-384", 384),
    0x0D: ("sha-512", 512),
    0x12: ("sm3", 256),
    0x27: ("sha3-256", 256),
    0x28: ("sha3-384", 384),
    0x29: ("sha3-512", 512),
}

# ANSI X9.62 (1.2.840.10045), SECG (1.3.132.0), RFC 5639 (1.3.36.3.3.2.8.1.1), GB/T 33560 (1.2.156.10197.1)
CURVES = {
    "p256": "1.2.840.10045.3.1.7",
    "p384": "1.3.132.0.34",
    "p521": "1.3.132.0.35",
    "secp256k1": "1.3.132.0.10",
    "sm2": "1.2.156.10197.1.301",
    **{
        f"brainpoolp{bits}r1": f"1.3.36.3.3.2.8.1.1.{leaf}" for bits, leaf in ((256, 7), (384, 11), (512, 13))
    },
}
PKCS_1 = "1.2.840.113549.1.1"
KEYS = {
    "ec": "1.2.840.10045.2.1",
    "rsa": f"{PKCS_1}.1",
    "rsa-pss": f"{PKCS_1}.10",
    "ed25519": "1.3.101.112",
    "ed448": "1.3.101.113",
    "ml-dsa-44": "2.16.840.1.101.3.4.3.17",
    "ml-dsa-65": "2.16.840.1.101.3.4.3.18",
    "ml-dsa-87": "2.16.840.1.101.3.4.3.19",
}
# name, hash, encoding: RFC 5758, RFC 8017 (appendix C), RFC 8410, RFC 9881, GB/T 33560
SIGNATURES = {
    "1.2.840.10045.4.3.2": ("ecdsa", "sha-256", "der"),
    "1.2.840.10045.4.3.3": ("ecdsa", "sha-384", "der"),
    "1.2.840.10045.4.3.4": ("ecdsa", "sha-512", "der"),
    f"{PKCS_1}.5": ("rsassa", "sha-1", "rsa"),
    f"{PKCS_1}.10": ("rsapss", None, "rsa"),
    f"{PKCS_1}.11": ("rsassa", "sha-256", "rsa"),
    f"{PKCS_1}.12": ("rsassa", "sha-384", "rsa"),
    f"{PKCS_1}.13": ("rsassa", "sha-512", "rsa"),
    **{
        KEYS[name]: (name, None, None) for name in ("ed25519", "ed448", "ml-dsa-44", "ml-dsa-65", "ml-dsa-87")
    },
    "1.2.156.10197.1.501": ("sm2", "sm3", "der"),
}
# coordinates of the generators (SP 800-186): a curve's prime and b fit them
GENERATORS = {
    1: (
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    ),
    2: (
        0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
        0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
    ),
    3: (
        int(
            "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d"
            "3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
            16,
        ),
        int(
            "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e"
            "662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
            16,
        ),
    ),
}

# IANA "CoAP Content-Formats" (RFC 9052, 8392, 9393, 9782, 9781) and the vendors' ranges
CONTENT_FORMATS = """
17     application/cose; cose-type="cose-mac0"
18     application/cose; cose-type="cose-sign1"
50     application/json
60     application/cbor
61     application/cwt
258    application/swid+cbor
263    application/eat+cwt
264    application/eat+jwt
265    application/eat-bun+cbor
266    application/eat-bun+json
267    application/eat-ucs+cbor
268    application/eat-ucs+json
601    application/uccs+cbor
10003  application/eat+cwt; eat_profile="tag:psacertified.org,2023:psa#tfm"
10004  application/eat+cwt; eat_profile="tag:psacertified.org,2019:psa#legacy"
10005  application/eat+cwt; eat_profile="2.16.840.1.113741.1.16.1"
10570  application/toc+cbor
10571  application/ce+cbor
"""

# DSP0274 1.4: BaseAsymSel and PqcAsymSel by bit, with the sizes of signatures; BaseHashSel by bit
SPDM_ASYM = """
0   rsassa-2048  256  rsa
1   rsapss-2048  256  rsa
2   rsassa-3072  384  rsa
3   rsapss-3072  384  rsa
4   ecdsa-p256   64   p1363
5   rsassa-4096  512  rsa
6   rsapss-4096  512  rsa
7   ecdsa-p384   96   p1363
8   ecdsa-p521   132  p1363
9   sm2          64   p1363
10  ed25519      64   -
11  ed448        114  -
"""
# FIPS 204, table 2, and FIPS 205, table 2
ML_DSA = {"44": 2420, "65": 3309, "87": 4627}
SLH_DSA = {"128s": 7856, "128f": 17088, "192s": 16224, "192f": 35664, "256s": 29792, "256f": 49856}
SPDM_PQC = (
    *(f"ml-dsa-{level}" for level in ML_DSA),
    *(f"slh-dsa-{hash}-{set}" for set in SLH_DSA for hash in ("sha2", "shake")),
)
SPDM_HASHES = (
    *(("sha-256", 256), ("sha-384", 384), ("sha-512", 512)),
    *(("sha3-256", 256), ("sha3-384", 384), ("sha3-512", 512), ("sm3", 256)),
)
# DSP0274, tables of request and response codes: a response has the code of its request without bit 7
SPDM_MESSAGES = {
    "DIGESTS": 0x01,
    "CERTIFICATE": 0x02,
    "CHALLENGE_AUTH": 0x03,
    "VERSION": 0x04,
    "MEASUREMENTS": 0x60,
    "CAPABILITIES": 0x61,
    "ALGORITHMS": 0x63,
    "MEASUREMENT_EXTENSION_LOG": 0x6F,
}
SPDM_REQUESTS = {
    "CHALLENGE_AUTH": "CHALLENGE",
    "ALGORITHMS": "NEGOTIATE_ALGORITHMS",
    **{
        name: f"GET_{name}"
        for name in (
            *("DIGESTS", "CERTIFICATE", "VERSION", "MEASUREMENTS", "CAPABILITIES"),
            "MEASUREMENT_EXTENSION_LOG",
        )
    },
}
SPDM_BODIES = (
    *("dmtf", "tcg", "usb", "pci-sig", "iana", "hdbaset", "mipi", "cxl", "jedec", "vesa"),
    *("iana-cbor", "dmtf-dsp"),
)
SPDM_VALUE_TYPES = (
    *("immutable-rom", "mutable-firmware", "hardware-config", "firmware-config"),
    *("freeform-measurement-manifest", "device-mode", "mutable-firmware-version", "mutable-firmware-svn"),
    *("hash-extend-measurement", "informational", "structured-measurement-manifest"),
)

# TCG OID registry, arc 2.23.133.5.4 (DICE); DMTF, arc 1.3.6.1.4.1.412.274 (SPDM); PKIX; PCI-SIG
DICE = {"TCB_INFO": 1, "UEID": 4, "MULTI_TCB_INFO": 5, "UCCS_EVIDENCE": 6, "MANIFEST_EVIDENCE": 7}
DICE |= {"MULTI_TCB_INFO_COMP": 8, "CONCEPTUAL_MESSAGE": 9}
DMTF = {"DEVICE_INFO": 1, "HARDWARE_IDENTITY": 2, "MUTABLE_CERTIFICATE": 5, "SPDM_EXTENSION": 6}
PKIX = {"PE_CMW": "1.3.6.1.5.5.7.1.35", "SUBJECT_ALT_NAME": "2.5.29.17", "CMA_DEVICE": "2.23.147"}

# draft-ietf-rats-corim, $crypto-key-type-choice
CORIM_KEYS = (
    *("pkix-base64-key", "pkix-base64-cert", "pkix-base64-cert-path", "key-thumbprint", "cose-key"),
    *("cert-thumbprint", "bytes", "cert-path-thumbprint", "pkix-asn1der-cert"),
)
CORIM_KEYS_FROM = 554

# RFC 4514, section 3; RFC 4519; RFC 2985
NAME_ATTRIBUTES = {
    "CN": "2.5.4.3",
    "sn": "2.5.4.4",
    "serialNumber": "2.5.4.5",
    "C": "2.5.4.6",
    "L": "2.5.4.7",
    "ST": "2.5.4.8",
    "STREET": "2.5.4.9",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "title": "2.5.4.12",
    "givenName": "2.5.4.42",
    "dnQualifier": "2.5.4.46",
    "emailAddress": "1.2.840.113549.1.9.1",
    "UID": "0.9.2342.19200300.100.1.1",
    "DC": "0.9.2342.19200300.100.1.25",
}

# AMD 57230, arc 1.3.6.1.4.1.3704.1; AMD 56421, the certificate table; AMD 58019, services
AMD_ARC = "1.3.6.1.4.1.3704.1"
AMD_SVNS = {3: ("bootloader", "tee", "snp", "spl4", "spl5", "spl6", "spl7", "microcode", "fmc")}
AMD_GUIDS = {
    "vcek": "63da758d-e664-4564-adc5-f4b93be8accd",
    "vlek": "a8074bc2-a25a-483e-aae6-39c045a0b8a1",
    "ask": "4ab7b379-bbac-4fe4-a02f-05aef327c782",
    "ark": "c0b406a4-a803-4952-9743-3fb6014cd0ae",
    "crl": "92f81bc3-5811-4d3d-97ff-d19f88dc67ea",
}
SVSM = {
    "services-manifest": "63849ebb-3d92-4670-a1ff-58f9c94b87bb",
    "vtpm": "c476f1eb-0123-45a5-9641-b4e7dde5bfe3",
    "uefi-mm": "a4453a59-9e1b-4787-a033-1986d6adbe55",
}
# CPUID of the products: family, models from and to, name
AMD_PRODUCTS = """
19 00 0f milan
19 10 1f genoa
19 a0 af genoa
1a 00 11 turin
1a 50 57 venice
1a 90 9f venice
1a a0 af venice
1a c0 c7 venice
"""
# RFC 9783, section 4.3.1: the upper byte of the security lifecycle
LIFECYCLE = (
    *("unknown", "assembly-and-test", "rot-provisioning", "secured", "non-rot-debug"),
    *("recoverable-rot-debug", "decommissioned"),
)


# labels of claims that must be there: RFC 9783, PSA_IOT_PROFILE_1, DEN0137 A7.2 with draft-ffm-rats-cca-token
REQUIRED = {
    "psa 2": {10, 256, 265, 2394, 2395, 2396, 2399},
    "psa 1": {-75001, -75002, -75003, -75004, -75008, -75009},
    "psa component": {2, 5},
    "psa 1 component": {2},
    "platform 1": {10, 256, 265, 2395, 2396, 2399, 2401, 2402},
    "platform 2": {10, 256, 265, 2394, 2395, 2396, 2399, 2401, 2402},
    "platform component": {2, 5},
    "platform before 1.0": {10, 11, -75000, -75002, -75003, -75006, -75009},
    "platform component before 1.0": {2, 5},
    "extension": {2, 3, 4, 5},
    "rotpk": {1, 2, 3, 4},
    "realm 1": {10, 44235, 44236, 44237, 44238, 44239, 44240},
    "realm 2": {10, 256, 44235, 44236, 44237, 44238, 44239, 44240, 44243},
    "device": {1, 2, 4, 5},
    "devices": {265, 44259},
    "key": {1},
}


def rows(table: str) -> list[list[str]]:
    """The cells of a table's lines, at most two blanks apart."""
    return [line.split(maxsplit=3) for line in table.strip().splitlines()]


def name_of_hash(text: str) -> str | None:
    """A hash of a registry as claims have it."""
    return None if text == "-" else text.lower().replace("/", "-")
