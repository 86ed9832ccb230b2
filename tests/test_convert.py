"""The pipeline on small inputs."""

from __future__ import annotations

import pytest

import evidence
from evidence.errors import UnknownFormat


@pytest.mark.parametrize("data", [b"", b"\0" * 1184, b"\xff" * 64, b"hello"])
def test_nothing_recognises_it(data: bytes) -> None:
    with pytest.raises(UnknownFormat) as caught:
        evidence.parse(data)
    assert caught.value.size == len(data)
