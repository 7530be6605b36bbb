"""What is generated is what is committed."""

from pathlib import Path

import pytest

from tidegate.cli.generate import files, holders
from tidegate.cli.held import known_tests

CRDS = Path(__file__).parents[3] / "crds"


def test_every_generated_file_is_current() -> None:
    stale = [path.name for path, text in files().items() if path.read_text() != text]

    assert not stale, "run `make generate`"


TESTS = """
import pytest
from tests.steps import seen

def follow():
    assert seen

def nothing():
    pass

def test_that_asserts():
    assert seen

def test_that_waits(api):
    api.until(seen)

def test_that_leaves_it_to_another():
    follow()

async def test_that_leaves_it_to_a_shared_one():
    look()

def test_that_is_empty():
    nothing()

@pytest.mark.skip(reason="flaky")
def test_that_is_skipped():
    assert seen

@pytest.mark.xfail
def test_that_may_fail():
    assert seen
"""
HOLD_NOTHING = {
    "test_that_is_empty": "asserts nothing",
    "test_that_is_skipped": "is not run",
    "test_that_may_fail": "is not run",
    "test_in_a_module_that_is_skipped": "is not run",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "test_all.py").write_text(TESTS)
    (tmp_path / "steps.py").write_text("def look():\n    raise AssertionError\n")
    skipped = "pytestmark = [pytest.mark.skip]\ndef test_in_a_module_that_is_skipped():\n    assert True\n"
    (tmp_path / "test_skipped.py").write_text(skipped)
    return tmp_path


def test_a_test_that_is_not_run_or_looks_at_nothing_holds_nothing(folder: Path) -> None:
    found = {name: test.lacking for name, test in known_tests(folder).items()}

    assert {name: lacking for name, lacking in found.items() if lacking} == HOLD_NOTHING
    assert len(found) == len(HOLD_NOTHING) + 4


@pytest.mark.parametrize("name", [*HOLD_NOTHING, "test_that_is_gone"])
def test_a_row_that_nothing_holds_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(LookupError, match=f"I1: the test {name} is|I1: the test {name} asserts"):
        holders({"id": "I1", "tests": [name]}, known_tests(folder))


@pytest.mark.parametrize("page", sorted(CRDS.glob("*.yaml")), ids=lambda page: page.stem)
def test_a_crd_has_no_empty_map_that_the_api_server_would_drop(page: Path) -> None:
    """Helm's apply after kubectl's, of the same file, is in conflict with it otherwise."""
    assert "properties: {}" not in page.read_text()
