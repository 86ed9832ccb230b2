"""The environments of a report's claims by their paths."""

from __future__ import annotations

from typing import Final

GUEST: Final = "/environments/guest"
PLATFORM: Final = "/environments/platform"
VEK: Final = "/environments/vek"
SVSM: Final = "/environments/svsm"
