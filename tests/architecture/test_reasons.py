"""What a person must mend is told as such, and with what to do."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.package import MODULES, named, nodes
from tidegate.decision.deadline import STANDING
from tidegate.decision.reasons import BLOCKING, Reason

DOCS = "".join(page.read_text() for page in sorted((Path(__file__).parents[2] / "docs").glob("*.md")))
# Ordinary, or a person's own wish: nobody need look.
NORMAL = {
    *(reason for reason in Reason if reason.quiet),
    *(Reason.NEW, Reason.DELETING, Reason.DRAINING, Reason.WATCHING, Reason.PROMOTING),
    *(Reason.BASELINE_STARTED, Reason.BASELINE_ENDED),
    *(Reason.PROMOTED, Reason.REVERTED, Reason.SUPERSEDED),
    *(Reason.PAUSED, Reason.HOOK_WAITS, Reason.SUSPENDED, Reason.SCALED_TO_ZERO),
    *(Reason.TAKING_OVER, Reason.HANDING_BACK, Reason.HANDED_BACK),
    *(Reason.ASKED_IN_VAIN, Reason.PROMOTION_UNDER_WAY),
    *(Reason.PLAN_CHANGED, Reason.DATA_PLANE_CHOSEN),
    *(Reason.RESTART_STARTED, Reason.RESTARTING, Reason.RESTART_WAITS, Reason.RESTARTED),
}
BLOCKS = {"Blocked", "SecretUnusable"}


def blocked_by() -> Iterator[str]:
    """The names of the reasons with which anything is blocked."""
    for module in MODULES:
        for call in nodes(module):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id not in BLOCKS:
                continue

            named = next((word.value for word in call.keywords if word.arg == "reason"), None)
            first = call.args[0] if call.args else named
            if isinstance(first, ast.Attribute) and isinstance(first.value, ast.Name) and first.value.id == "Reason":
                yield first.attr


def told(module: Path) -> Iterator[str]:
    """The texts of a module that are no docstrings; what is filled in is left out."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {ast.get_docstring(node, clean=False) for node in nodes(module) if isinstance(node, documented)}
    parts = {id(part) for node in nodes(module) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes(module):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield "" if node.value in docstrings else node.value


def test_whatever_blocks_a_release_is_stalled_and_stops_its_clock() -> None:
    blocking = {Reason[name] for name in blocked_by()}

    assert blocking
    assert blocking <= BLOCKING


def events(module: Path) -> Iterator[ast.expr]:
    """The reasons with which a module tells people anything."""
    for call in nodes(module):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Note":
            yield from (word.value for word in call.keywords if word.arg == "reason")


def is_value(reason: ast.expr) -> bool:
    """True for the value of an enum: a text of a module's own could be given by a name too."""
    return isinstance(reason, ast.Attribute) and reason.attr == "value"


def test_every_event_has_a_reason_of_the_one_vocabulary() -> None:
    told_with = [(named(module), reason) for module in MODULES for reason in events(module)]

    assert told_with
    assert not [(name, ast.unparse(reason)) for name, reason in told_with if not is_value(reason)]


def test_whoever_reads_a_reason_finds_it_in_the_docs() -> None:
    assert [reason.value for reason in Reason if f"`{reason.value}`" not in DOCS] == []


@pytest.mark.parametrize("reason", Reason)
def test_an_event_of_every_reason_is_a_warning_or_is_known_to_be_none(reason: Reason) -> None:
    assert reason.warns is (reason not in NORMAL)


def test_a_reason_that_stops_a_rollout_is_told_as_a_warning() -> None:
    asked_for = {Reason.PAUSED, Reason.SUSPENDED, Reason.SCALED_TO_ZERO}
    standing = STANDING - asked_for

    assert {reason for reason in (*BLOCKING, *standing) if not reason.warns} == set()


def test_a_message_of_something_missing_says_what_to_do() -> None:
    messages = [(named(module), text) for module in MODULES for text in told(module)]

    assert not [found for found in messages if found[1].endswith(("is missing", "not found"))]
