"""What the status says of a spec that cannot be read, and when it is worth writing at all."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.decision.test_decide import BREACH, at_first_step
from tests.unit.decision.test_status import status
from tests.unit.decision.world import START, World, deployed
from tidegate.decision.progress import Phase
from tidegate.decision.reasons import Reason
from tidegate.decision.recorded import progress_of
from tidegate.judge.verdict import Verdict
from tidegate.reconcile.memory import Told
from tidegate.reconcile.record import measured_due, status_of_trouble, worth_writing

SENTENCE = "spec.steps[2].weight: is 140; a weight is between 0 and 100"


def rolled_back() -> World:
    world = at_first_step()
    world.evidence = BREACH
    world.run()
    return world


@pytest.mark.parametrize("world", [deployed(), at_first_step(), rolled_back()], ids=["served", "a step", "rolled back"])
def test_the_reason_is_that_of_the_message_and_the_phase_stays(world: World) -> None:
    before = status(world)

    told = status_of_trouble(before, Reason.INVALID_SPEC, SENTENCE, generation=4, now=START)

    assert (told["reason"], told["message"], told["phase"]) == ("InvalidSpec", SENTENCE, before["phase"])
    assert {found["type"]: found["status"] for found in told["conditions"]} == {"Ready": "False", "Stalled": "True"}
    assert {found["reason"] for found in told["conditions"]} == {"InvalidSpec"}
    assert told["observedGeneration"] == 4


@pytest.mark.parametrize("reason", [Reason.INVALID_SPEC, Reason.TURN_FAILS])
@pytest.mark.parametrize("world", [deployed(), at_first_step(), rolled_back()], ids=["served", "a step", "rolled back"])
def test_a_trouble_that_is_mended_takes_its_sentence_with_it(world: World, reason: Reason) -> None:
    before = world.progress

    told = status_of_trouble(status(world), reason, SENTENCE, generation=4, now=START)
    world.progress = progress_of(told)
    world.run()

    assert (world.progress.phase, world.progress.reason) == (before.phase, before.reason)
    assert world.progress.sentence != SENTENCE


def test_of_a_release_without_a_status_it_is_the_first_word() -> None:
    assert status_of_trouble({}, Reason.INVALID_SPEC, SENTENCE, generation=1, now=START)["phase"] == "Pending"


@pytest.mark.parametrize(
    ("reason", "written"),
    [
        (Reason.LOWERED_BY_HAND, True),
        (Reason.STABLE_UNAVAILABLE, True),
        (Reason.PROGRESSING, False),
        (Reason.PROMOTING, False),
    ],
)
def test_a_weight_that_no_plan_moves_is_told_at_once(reason: Reason, written: bool) -> None:
    world = at_first_step()
    world.progress = replace(world.progress, reason=reason)
    before = status(world)
    after = {**before, "step": {**before["step"], "weight": 4}}

    assert worth_writing(before, after, world.progress) is written
    assert not worth_writing(after, after, world.progress)


HELD = "errors: hold. candidate 12 of 1,600 (0.75 %), stable 40 of 6.4e+03; evidence 3:1 (limit 100:1)."
COUNTED_ON = "errors: hold. candidate 31 of 2,000 (1.55 %), stable 52 of 8,000; evidence 1,290:1 (limit 100:1)."
SHOWN = "errors: hold. candidate 31 of 2,000 (1.55 %), stable 52 of 8,000; stable is over the bound too."


def held(reason: Reason, message: str) -> World:
    world = at_first_step()
    world.progress = replace(world.progress, reason=reason, sentence=message)
    return world


@pytest.mark.parametrize(
    "reason",
    [
        Reason.NOBODY_TO_BLAME,
        Reason.NO_SIGNAL,
        Reason.OVER_BOUND,
        Reason.BREACH_HELD,
        Reason.INCONCLUSIVE,
        Reason.METRICS_UNAVAILABLE,
    ],
)
@pytest.mark.parametrize(
    ("message", "due", "written"),
    [(HELD, True, False), (COUNTED_ON, False, False), (SHOWN, False, False), (COUNTED_ON, True, True)],
    ids=["nothing new", "numbers too soon", "words too soon", "in time"],
)
def test_of_a_hold_the_words_of_what_is_measured_are_not_written_at_every_look(
    reason: Reason, message: str, due: bool, written: bool
) -> None:
    world = held(reason, message)
    before = status(held(reason, HELD))

    assert worth_writing(before, status(world), world.progress, measured=due) is written


@pytest.mark.parametrize(
    "changes",
    [{"reason": Reason.OVER_BOUND}, {"phase": Phase.PAUSED}, {"step": 1}, {"breach_held_since": START}],
    ids=lambda changes: next(iter(changes)),
)
def test_what_else_changes_in_a_hold_is_written_at_once(changes: dict[str, Any]) -> None:
    before, world = status(held(Reason.NOBODY_TO_BLAME, HELD)), held(Reason.NOBODY_TO_BLAME, COUNTED_ON)
    world.progress = replace(world.progress, **changes)

    assert worth_writing(before, status(world), world.progress, measured=False)


def test_pods_that_are_counted_in_a_message_are_no_measurement() -> None:
    before = status(held(Reason.STABLE_UNAVAILABLE, "stable has 2 of 4 pods"))
    world = held(Reason.STABLE_UNAVAILABLE, "stable has 3 of 4 pods")

    assert worth_writing(before, status(world), world.progress, measured=False)


ERRORS = ("errors", Verdict.HOLD)


@pytest.mark.parametrize(
    ("before", "due"),
    [
        (None, True),
        (Told(START, ERRORS), False),
        (Told(START - timedelta(seconds=59), ERRORS), False),
        (Told(START - timedelta(seconds=60), ERRORS), True),
        (Told(START + timedelta(hours=1), ERRORS), True),
        (Told(START, ("latency", Verdict.HOLD)), True),
        (Told(START, ("errors", Verdict.INCONCLUSIVE)), True),
        (Told(START), True),
    ],
    ids=[
        "not remembered",
        "just now",
        "less than a minute ago",
        "a minute ago",
        "before the clock was set back",
        "another objective",
        "another verdict",
        "nothing stood against it",
    ],
)
def test_what_is_measured_is_told_once_a_minute_and_at_once_where_it_is_about_something_else(
    before: Told | None, due: bool
) -> None:
    assert measured_due(before, Told(START, ERRORS)) is due
