"""For pytest: the fixture `evidence_type`, each evidence type that the tests are of.

    [tool.pytest.ini_options]
    evidence_types = ["acme-report"]

names them, by the names of their entry points; or a test names its own:

    @pytest.mark.evidence_type("acme-report")
    def test_admitted(evidence_type):
        evidence_type.assert_admitted()

It runs once for each (`evidence.testing.Trial`). Nothing of this library is imported before a test asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:  # pytest loads this module whatever is tested
    from evidence.testing import Trial

FIXTURE: Final = "evidence_type"
OPTION: Final = "evidence_types"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option of the configuration file."""
    parser.addini(OPTION, "Evidence types that tests with the fixture `evidence_type` are of.", "args", [])


def pytest_configure(config: pytest.Config) -> None:
    """The marker, for `--strict-markers`."""
    config.addinivalue_line("markers", f"{FIXTURE}(name, ...): the evidence types that a test is of")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each type that is named."""
    if FIXTURE not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker(FIXTURE)
    names = marker.args if marker else tuple(metafunc.config.getini(OPTION))
    if not names:
        raise pytest.UsageError(
            f"no evidence type is named: give {OPTION} in the configuration, or mark the test"
        )
    metafunc.parametrize(FIXTURE, names, indirect=True)


@pytest.fixture
def evidence_type(request: pytest.FixtureRequest) -> Trial:
    """The evidence type of this name, admitted or not."""
    from evidence.testing import trial

    return trial(request.param)
