"""Attestation evidence of every platform, read completely and said in one normalized claims model.

`parse(data)` gives an `Evidence`: its type, its native fields, its `claims`. Nothing in it is
verified. Any bytes give a value or an `EvidenceError`.
"""

TYPE_CHECKING = False  # as type checkers take it; `typing` itself would have to be loaded

if TYPE_CHECKING:
    from evidence.claims import Claims
    from evidence.convert import Evidence, Failure, parse, parse_all
    from evidence.errors import EvidenceError, NotAdmitted, RegistryError, UsageError
    from evidence.filesystem import load, load_all
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

_HOMES = {
    "claims": "Claims",
    "convert": "Evidence Failure parse parse_all",
    "errors": "EvidenceError NotAdmitted RegistryError UsageError",
    "filesystem": "load load_all",
    "registry": "EvidenceType Registry",
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
