"""The runbook finds a reason under what its reader sees, and says asks that can be pasted."""

import re
from pathlib import Path

from tidegate.decision.reasons import BLOCKING, WAITING_FOR_A_PERSON, Reason

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "runbook.md").read_text()
SECTIONS = dict(part.split("\n", 1) for part in PAGE.split("\n## ")[1:])
OF_REASONS = ("It went back", "It waits", "It waits for you", "Something is missing or broken", "An Event alone")
ROW = re.compile(r"^\| (`[^|]+) \|", re.MULTILINE)
CODE = re.compile(r"`(\w+)`")
# The first column names fields of the status, too.
KNOWN = {reason.value for reason in Reason}


def reasons(section: str) -> list[str]:
    """The reasons in the first column of a section, from top to bottom."""
    cells = "\n".join(ROW.findall(SECTIONS[section]))
    return [found for found in CODE.findall(cells) if found in KNOWN]


def asks() -> set[str]:
    """What a person may ask, by the generated table of the docs; a suspension lasts, and has no row in it."""
    _, _, rest = (DOCS / "rollout.md").read_text().partition("<!-- asks -->")
    table, _, _ = rest.partition("<!-- end of asks -->")
    return {*re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE), "suspend"}


def test_whoever_is_warned_finds_what_to_look_at() -> None:
    told = {reason for section in OF_REASONS for reason in reasons(section)}

    assert {reason.value for reason in Reason if reason.warns or reason in WAITING_FOR_A_PERSON} - told == set()


def test_what_waits_for_a_person_and_what_must_be_mended_are_those_of_the_code() -> None:
    assert set(reasons("It waits for you")) == {reason.value for reason in WAITING_FOR_A_PERSON}
    assert set(reasons("Something is missing or broken")) == {reason.value for reason in BLOCKING}


def test_what_went_back_has_every_reason_that_rejects_a_revision() -> None:
    assert {reason.value for reason in Reason if reason.rejects} - set(reasons("It went back")) == set()


def test_reasons_are_in_the_order_of_the_alphabet() -> None:
    firsts = {section: [CODE.findall(row)[0] for row in ROW.findall(SECTIONS[section])] for section in OF_REASONS}

    assert {section: sorted(found, key=str.lower) for section, found in firsts.items()} == firsts


def test_every_ask_can_be_pasted_and_no_other() -> None:
    assert set(re.findall(r"\bask ([\w-]+)=", PAGE)) == asks()
