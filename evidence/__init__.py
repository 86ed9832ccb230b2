"""Attestation evidence of every platform, read completely and said in one normalized claims model.

`parse(data)` gives an `Evidence`: its type, its native fields, its `claims`. Nothing in it is
verified. Any bytes give a value or an `EvidenceError`.
"""

from evidence.claims import Claims
from evidence.convert import Evidence, Failure, parse, parse_all
from evidence.errors import EvidenceError, NotAdmitted, RegistryError, UsageError
from evidence.load import load, load_all
from evidence.registry import EvidenceType, Registry

__all__ = (
    "Claims",
    "Evidence",
    "EvidenceError",
    "EvidenceType",
    "Failure",
    "NotAdmitted",
    "Registry",
    "RegistryError",
    "UsageError",
    "__version__",
    "load",
    "load_all",
    "parse",
    "parse_all",
)
__version__ = "0.1.0"
