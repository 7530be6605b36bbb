"""What is generated is what is committed."""

from pathlib import Path
from typing import Any

import pytest

from tidegate.cli import held
from tidegate.cli.generate import ROOT, files, holders
from tidegate.cli.held import known_tests

CRDS = ROOT / "crds"


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

flaky: object = pytest.mark.skip(reason="flaky")

@flaky
def test_that_is_skipped_by_another_name():
    assert seen

@pytest.mark.skipif(True, reason="flaky")
def test_that_is_skipped_on_a_condition_that_is_always_true():
    assert seen

def test_that_skips_itself():
    pytest.skip("flaky")
    assert seen

@pytest.mark.skipif(seen, reason="not here")
def test_that_is_skipped_at_times():
    if seen:
        pytest.skip("not now")
    assert seen
"""
HOLD_NOTHING = {
    "test_that_is_empty": "asserts nothing",
    "test_that_is_skipped": "is not run",
    "test_that_may_fail": "is not run",
    "test_that_is_skipped_by_another_name": "is not run",
    "test_that_is_skipped_on_a_condition_that_is_always_true": "is not run",
    "test_that_skips_itself": "is not run",
    "test_in_a_module_that_is_skipped": "is not run",
    "test_in_a_module_that_skips_itself": "is not run",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "test_all.py").write_text(TESTS)
    (tmp_path / "steps.py").write_text("def look():\n    raise AssertionError\n")
    skipped = "pytestmark = [pytest.mark.skip]\ndef test_in_a_module_that_is_skipped():\n    assert True\n"
    (tmp_path / "test_skipped.py").write_text(skipped)
    leaves = "pytest.skip(allow_module_level=True)\ndef test_in_a_module_that_skips_itself():\n    assert True\n"
    (tmp_path / "test_leaves.py").write_text(leaves)
    return tmp_path


def test_a_test_that_is_not_run_or_looks_at_nothing_holds_nothing(folder: Path) -> None:
    found = {test.name: test.lacking for test in known_tests(folder)}

    assert {name: lacking for name, lacking in found.items() if lacking} == HOLD_NOTHING
    assert len(found) == len(HOLD_NOTHING) + 5


@pytest.mark.parametrize("name", [*HOLD_NOTHING, "test_that_is_gone"])
def test_a_row_that_nothing_holds_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(LookupError, match=f"I1: the test {name} is|I1: the test {name} asserts"):
        holders({"id": "I1", "tests": [name]}, known_tests(folder))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({}, "names no test, no open work or no reason"),
        ({"tests": []}, "names no test, no open work or no reason"),
        ({"declined": ""}, "names no test, no open work or no reason"),
        ({"declines": "it cannot happen"}, "has the unknown field declines"),
    ],
    ids=str,
)
def test_a_row_that_names_nothing_to_hold_it_is_refused(row: dict[str, Any], words: str) -> None:
    with pytest.raises(LookupError, match=rf"safety\.yaml: 28: {words}"):
        holders({"id": 28, "claim": "What cannot happen", **row}, [])


def test_a_row_that_is_declined_says_why() -> None:
    assert holders({"id": 28, "claim": "What cannot happen", "declined": "no object"}, []) == "declined: no object"


def test_a_name_that_is_in_two_files_holds_only_with_its_file() -> None:
    name = "test_twice"
    known = [held.Test(ROOT / "tests" / place / "test_undo.py", name, "") for place in "ab"]

    with pytest.raises(LookupError, match=r"I1: the test test_twice is in .*a/test_undo\.py, .*b/test_undo\.py: name"):
        holders({"id": "I1", "tests": [name]}, known)
    assert holders({"id": "I1", "tests": [f"b/test_undo.py::{name}"]}, known).endswith("(../tests/b/test_undo.py)")
    with pytest.raises(LookupError, match=r"the test a/test_undo\.py::test_twice is not there"):
        holders({"id": "I1", "tests": [f"a/test_undo.py::{name}"]}, known[1:])


@pytest.mark.parametrize("page", sorted(CRDS.glob("*.yaml")), ids=lambda page: page.stem)
def test_a_crd_has_no_empty_map_that_the_api_server_would_drop(page: Path) -> None:
    """Helm's apply after kubectl's, of the same file, is in conflict with it otherwise."""
    assert "properties: {}" not in page.read_text()
