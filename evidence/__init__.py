"""Attestation evidence of every platform, read completely and said in one normalized claims model.

`parse(data)` gives an `Evidence`: its type, its native fields, its `claims`. Nothing in it is
verified. Any bytes give a value or an `EvidenceError`.
"""

TYPE_CHECKING = False  # as type checkers take it; `typing` itself would have to be loaded

if TYPE_CHECKING:
    from evidence.claims import (
        Binding,
        Bytes,
        Certificate,
        Claims,
        Consistency,
        Environment,
        Measurement,
        Note,
        Signature,
        Target,
        Tcb,
    )
    from evidence.convert import Evidence, Failure, parse, parse_all
    from evidence.encode.cbor import from_cbor, to_cbor
    from evidence.encode.json import from_json, to_json
    from evidence.errors import (
        AmbiguousFormat,
        BadEncoding,
        CarrierError,
        ConstraintViolation,
        Defective,
        DuplicateType,
        EvidenceError,
        LimitExceeded,
        MalformedEvidence,
        MissingField,
        NotAdmitted,
        Noted,
        NotEvidence,
        NotVerified,
        RegistryError,
        SeveralEvidence,
        TrailingBytes,
        Truncated,
        UnexpectedField,
        UnknownFormat,
        UnsupportedVersion,
        UsageError,
    )
    from evidence.filesystem import load, load_all
    from evidence.input import Input
    from evidence.registry import EvidenceType, Registry, Signed, Source

__all__ = (
    "AmbiguousFormat",
    "BadEncoding",
    "Binding",
    "Bytes",
    "CarrierError",
    "Certificate",
    "Claims",
    "Consistency",
    "ConstraintViolation",
    "Defective",
    "DuplicateType",
    "Environment",
    "Evidence",
    "EvidenceError",
    "EvidenceType",
    "Failure",
    "Input",
    "LimitExceeded",
    "MalformedEvidence",
    "Measurement",
    "MissingField",
    "NotAdmitted",
    "NotEvidence",
    "NotVerified",
    "Note",
    "Noted",
    "Registry",
    "RegistryError",
    "SeveralEvidence",
    "Signature",
    "Signed",
    "Source",
    "Target",
    "Tcb",
    "TrailingBytes",
    "Truncated",
    "UnexpectedField",
    "UnknownFormat",
    "UnsupportedVersion",
    "UsageError",
    "__version__",
    "from_cbor",
    "from_json",
    "load",
    "load_all",
    "parse",
    "parse_all",
    "to_cbor",
    "to_json",
)
__version__ = "0.1.0"

_HOMES = {
    "claims": "Binding Bytes Certificate Claims Consistency Environment Measurement Note Signature Target Tcb",
    "convert": "Evidence Failure parse parse_all",
    "encode.cbor": "from_cbor to_cbor",
    "encode.json": "from_json to_json",
    "errors": "AmbiguousFormat BadEncoding CarrierError ConstraintViolation Defective DuplicateType EvidenceError LimitExceeded MalformedEvidence MissingField NotAdmitted NotEvidence NotVerified Noted RegistryError SeveralEvidence TrailingBytes Truncated UnexpectedField UnknownFormat UnsupportedVersion UsageError",
    "filesystem": "load load_all",
    "input": "Input",
    "registry": "EvidenceType Registry Signed Source",
}
"""The modules of the public names. Each loads when one of its names is first used: the command must be able to
say in one line that it was interrupted before the library is there."""

if not TYPE_CHECKING:

    def __getattr__(name):  # noqa: ANN001, ANN202 (the interpreter's own)
        from importlib import import_module

        for home, names in _HOMES.items():
            if name in names.split():
                globals()[name] = value = getattr(import_module(f"{__name__}.{home}"), name)
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():  # noqa: ANN202 (the same)
        return sorted({*globals(), *__all__})
