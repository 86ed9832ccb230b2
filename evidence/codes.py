"""The codes of notes and of errors: closed lists, a sentence each.

A code never changes its meaning. A type of another distribution may have note codes of its own (`EvidenceType.codes`); what
is said here is said with these. The codes of errors are those of the classes in `evidence.errors`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.errors import EvidenceError

# fmt: off
NOTES: Final = {
    # what does not fit together
    "binding-differs":           "A digest or value in the evidence is not that of the content which it binds.",
    "binding-unproven":          "A key is said to be bound, and what would show it is not at hand or cannot be computed.",
    "carrier-differs":           "The carrier says something else of the evidence than the evidence itself.",
    "certificate-contradiction": "A certificate is named as one of a kind that its content contradicts.",
    "certified-differs":         "A certificate says something else of the platform than the evidence.",
    "context-differs":           "A response does not repeat the context of its request.",
    "detached-unproven":         "A claims set lies beside its token, and no digest of the token shows that it is the one.",
    "profile-mixed":             "Two tokens of one piece follow profiles that do not belong together.",
    "replay-differs":            "The events of a log do not add up to the register that they are said to be in.",
    "slot-object":               "No object of the device holds the certificates of the slot that signs.",
    "slot-differs":              "A response comes from another slot than the one that was asked for.",
    "unbound-devices":           "Devices are described, and the realm has no hash of what describes them.",
    "unbound-realm":             "A realm stands beside a platform, and no binding ties the two together.",
    # what is signed by nobody, or not as it looks
    "converted":                 "These are claims that this library converted: whoever signed them signed no evidence of a platform.",
    "algorithm-kind":            "The algorithm makes a MAC where the message has a signature, or the other way round.",
    "no-algorithm":              "The protected header names no signature algorithm.",
    "self-asserted-key":         "The header of a token brings its own key, which proves nothing.",
    "self-signed":               "A token is signed with the key that it states itself.",
    "signed-apart":              "The measurements are signed by several signatures, none of which covers all.",
    "unprotected-header":        "A parameter that names the key stands in a header that the signature does not cover.",
    "unsigned":                  "No signature covers these claims.",
    "ak-not-restricted":         "The key of a quote may sign anything, so that nothing shows that a TPM made what it signed.",
    "pcr-not-selected":          "The value of a PCR came with a quote that does not select it.",
    "maybe-paravisor":           "The report looks as one of a paravisor does, and nothing that came with it shows that it is one.",
    "not-bound":                 "The report does not bind what a paravisor is said to have given with it: none of it is believed.",
    "user-data-zero":            "The paravisor was given nothing to repeat: its user data are zeros.",
    "tpm-outside-tee":           "A TPM's quote came with the report of a TEE, and nothing ties the TPM to that.",
    # what is missing
    "empty-extra-data":          "Whoever asked for a quote gave it nothing to repeat: it is bound to nobody.",
    "certificates-missing":      "The chain of certificates that the environment is described by is not at hand, or not whole.",
    "dump-unfinished":           "A dump of the kernel has no end; its objects are as long as they say.",
    "empty-entry":               "An entry of a table has no content.",
    "missing-extension":         "A certificate lacks an extension that its kind has.",
    "no-caller-data":            "Nothing that a caller chose is in the evidence: nothing shows that it is fresh.",
    "no-certificate":            "The evidence names its platform without the certificate that would say more.",
    "no-eat-claims":             "A token has none of the claims by which one knows an EAT.",
    "no-signer":                 "A software component does not say who signed it.",
    "not-populated":             "Fields are zero because whoever made the evidence had nothing to put there.",
    "table-truncated":           "A table ends before one of its entries does.",
    "transcript-incomplete":     "Messages that the signature covers are not at hand, so that it cannot be checked.",
    # what is not known here, and kept as it is
    "attachment-ignored":        "An attachment was not read: the type has no use for it, or it is of a form that is not known.",
    "device-info":               "The name of a device in a certificate is not of the form that its standard gives.",
    "embedded-evidence":         "A manifest holds other evidence, which is to be read on its own.",
    "embedded-not-decoded":      "Evidence inside of the evidence cannot be read, and is kept as bytes.",
    "extension-not-decoded":     "An extension of a certificate cannot be read.",
    "manifest-format":           "The content of a manifest is of no format that is known here.",
    "manifest-header":           "A manifest lacks the header of the body that defines it, or the header does not fit.",
    "unknown-algorithm":         "The signature algorithm has no name that is known here.",
    "unknown-bits":              "Bits are set that have no meaning here.",
    "unknown-certificate":       "A certificate is not one of the vendor's by its name.",
    "unknown-claim":             "A claim has no meaning here, and is kept as it is.",
    "unknown-entries":           "A collection has entries beside its tokens; they are kept.",
    "unknown-extension":         "A certificate has an extension that has no meaning here.",
    "unknown-hash":              "The hash algorithm has no name that is known here.",
    "unknown-key":               "A key is of no form that can be used here.",
    "unknown-product":           "No product is known by these numbers or by this name.",
    "unknown-profile":           "The profile is not known; the claims are read by what is known of them.",
    "log-shortened":            "An event log says more of how the machine was started than is kept in the document.",
    "unknown-register":          "A log has events of a register that the evidence does not have.",
    "unknown-value":             "A value is outside of what its field is defined to hold.",
    "unread-entry":              "An entry of a table is of no kind that is read here.",
    "unreadable-certificate":    "A certificate, or a chain, cannot be read, and is kept as bytes.",
    "unreadable-content":        "Content that is bound or named cannot be read, and is kept as bytes.",
    # what deviates from its specification, in ways that real evidence does
    "certification-form":        "A certification reference is written without its hyphen.",
    "claim-requires":            "A claim stands without another one that must be beside it.",
    "content-format":            "The content is of another format than the number or type beside it says.",
    "digest-length":             "A digest is not as long as those of its hash algorithm.",
    "duplicate-entry":           "A table has several entries for one thing; the first counts.",
    "float-date":                "A time is a floating-point number, where the specification wants an integer.",
    "header-type":               "A header parameter is of a kind that its specification does not allow.",
    "instance-id-form":          "An instance identifier is not a UEID of the kind that the profile wants.",
    "key-encoding":              "A key is encoded as in another version of the profile.",
    "key-without-curve":         "A key does not name its curve; algorithm and size tell it.",
    "minimum-svn":               "A security version is stated as a minimum, which evidence cannot state.",
    "mislabelled-certificate":   "A certificate lies in the place of another kind.",
    "mmio-range":                "A range of a device's memory is of no BAR, or does not follow the range before it.",
    "null-claim":                "A claim is null, which is no value of it.",
    "padded-base64url":          "A text in base64url has padding.",
    "profile-encoding":          "The profile is an object identifier in an encoding that is not that of its specification.",
    "provisional-format":        "A content format has no assigned number yet.",
    "provisional-labels":        "The claims have labels that are not assigned yet, or were written by mistake for a time.",
    "possibly-obfuscated":       "The version of the firmware and the counters may be as the TPM shows them to this key alone.",
    "provisional-layout":        "The layout comes from secondary sources, and no public sample shows it.",
    "reserved-bytes":            "Bytes without a meaning are not zero.",
    "reserved-index":            "A measurement has an index that is reserved.",
    "several-leaves":            "There are several end certificates; the first that fits counts.",
    "sueids-form":               "A semi-permanent identifier has no label.",
    "superseded-measurement":    "A measurement was given several times with other content; the signed one counts.",
    "tag-61-inside":             "The CWT tag stands inside of the COSE tag, instead of around it.",
    "trailing-bytes":            "Bytes follow the end of the evidence, or of a structure in it; no claim is made from them.",
    "trailing-zeros":            "Zeros follow the end of the evidence.",
    "unexpected-index":          "A measurement lies at another index than its kind has.",
    "unusable-key":              "A key is not one that its algorithm can use.",
    "value-form":                "A value is raw where its kind is a digest, or the other way round.",
    "value-type-version":        "A value is of a kind that this version of the protocol does not have.",
    "value-of-other-profile":    "A value is written as another profile has it.",
    "version-form":              "A version is a text, where an array should hold it.",
    "version-type":              "A version is a number, where a text should be.",
    # what was asked for
    "identifiers-withheld":      "Identifiers, keys and certificates that link documents were left out on request.",
}
# fmt: on
"""Code to what it says."""


def errors() -> Iterator[type[EvidenceError]]:
    """The classes of errors with a code of their own, each behind its parent."""
    todo: list[type[EvidenceError]] = [EvidenceError]
    while todo:
        error = todo.pop(0)
        yield error
        todo[:0] = [child for child in error.__subclasses__() if child.__module__ == EvidenceError.__module__]


def sentence(error: type[EvidenceError]) -> str:
    """What a class of errors says, in a sentence: the first of its docstring."""
    first, _, _ = (error.__doc__ or "").strip().partition("\n\n")
    return " ".join(first.split())
