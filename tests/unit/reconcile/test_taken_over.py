"""The record of a takeover and the note on the Deployment say the same."""

from dataclasses import replace
from datetime import timedelta

from tests.unit.decision.world import START
from tidegate.decision.progress import TakenOver
from tidegate.reconcile.taken_over import as_note, as_record
from tidegate.workloads import Owner

RECORD = TakenOver(
    name="shop", replicas=3, paused=True, emptied=2, proven="v1", emptied_at=START + timedelta(microseconds=1)
)
OWNER = Owner(name="web", namespace="shop", uid="1")


def test_a_record_comes_back_from_its_note_as_it_was() -> None:
    never_emptied = TakenOver(name="shop", replicas=3)

    assert as_record(as_note(RECORD, OWNER), "shop") == RECORD
    assert as_record(as_note(never_emptied, OWNER), "shop") == never_emptied


def test_a_note_says_which_release_took_its_deployment_over() -> None:
    assert as_note(RECORD, OWNER).release == "web"


def test_a_time_that_a_person_garbled_in_a_note_is_none() -> None:
    garbled = replace(as_note(RECORD, OWNER), emptied_at="long ago")

    assert as_record(garbled, "shop") == replace(RECORD, emptied_at=None)
