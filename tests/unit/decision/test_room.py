"""A status is never larger than 16 KiB, and says all that it can within that."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.decision.test_decide import at_first_step
from tests.unit.decision.test_status import status
from tests.unit.decision.world import START
from tidegate.decision.progress import Outcome, Rollout
from tidegate.decision.reasons import Reason
from tidegate.decision.recorded import progress_of
from tidegate.decision.room import ROOM, fitted, size_of

WORDS = "the API server says ünïcödé words " * 200


def told(*, objectives: int, letters: int) -> dict[str, Any]:
    """A status with so many objectives, ten past rollouts and ten advices, whose every sentence has so many letters."""
    world, sentence = at_first_step(), WORDS[:letters]
    line = Rollout(
        revision="bcdfghjklm",
        outcome=Outcome.ROLLED_BACK,
        reason=Reason.OBJECTIVE_BREACHED,
        sentence=sentence,
        started_at=START,
        ended_at=START,
    )
    world.progress = replace(world.progress, sentence=sentence, history=(line,) * 10)
    lines = [
        {"name": f"{index:063}", "verdict": "NoData", "bound": "≤ 0.01", "sentence": sentence[:512]}
        for index in range(objectives)
    ]
    advice = {"topic": "Restarts", "subject": "web", "sentence": sentence[:256], "since": "2026-01-01T00:00:00Z"}
    return {**status(world), "objectives": lines, "advice": [advice] * 10}


@pytest.mark.parametrize("objectives", [1, 32])
@pytest.mark.parametrize("letters", [500, 4096])
def test_a_status_of_the_longest_sentences_has_16_kib_at_most(objectives: int, letters: int) -> None:
    found = told(objectives=objectives, letters=letters)

    room = fitted(found)

    assert size_of(room) <= ROOM
    assert [line["name"] for line in room["objectives"]] == [line["name"] for line in found["objectives"]]
    assert len(room["history"]) == len(room["advice"]) == 10
    assert len(room["message"]) > 400
    assert min(len(line["sentence"]) for line in room["objectives"]) > 40
    assert fitted(room) == room


def test_a_status_that_fits_is_left_as_it_is() -> None:
    found = told(objectives=3, letters=300)

    assert fitted(found) == found


def test_what_is_cut_reads_back_as_the_same_rollout() -> None:
    found = told(objectives=32, letters=4096)

    whole, read = progress_of(found), progress_of(fitted(found))

    assert replace(read, sentence=whole.sentence, history=whole.history) == whole
