"""Every ask is answered in every situation: by a clause of that situation's ladder, or kept for the situation after."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.decision.asks.test_in_vain import going_back, paused
from tests.unit.decision.world import World, deployed
from tidegate.api import Ask
from tidegate.decision import LADDER, Phase, Reason, decide
from tidegate.decision.asks.table import ANSWERS, ENDS, NOTHING, Situation
from tidegate.decision.decision import Decision, Rule
from tidegate.decision.first_deployment import FIRST_DEPLOYMENT
from tidegate.decision.hand_back import HAND_BACK
from tidegate.decision.promotion import PROMOTION
from tidegate.decision.rest import REST
from tidegate.decision.rollback import ROLLBACK
from tidegate.decision.rollout import ROLLOUT

LADDERS: dict[Situation, tuple[Rule, ...]] = {
    Situation.REST: REST,
    Situation.FIRST: FIRST_DEPLOYMENT,
    Situation.ROLLOUT: ROLLOUT,
    Situation.PROMOTION: PROMOTION,
    Situation.ROLLBACK: ROLLBACK,
    Situation.HAND_BACK: HAND_BACK,
}
# A level that holds until it is taken away is no ask.
ASKS = [ask for ask in Ask if ask is not Ask.SUSPEND]
PAIRS = [(situation, ask) for situation in Situation for ask in ASKS]
SEEN = [(situation, ask) for situation, ask in PAIRS if situation is not Situation.HAND_BACK]


def coming_up() -> World:
    """A first revision whose pods are not there yet."""
    world = World(starts=frozenset())
    world.run()
    return world


def promoting() -> World:
    """Past the point of no return, while the gateway confirms nothing."""
    world = deployed()
    world.target = "v2"
    world.turn_until(Phase.PROMOTING)
    world.confirms = False
    world.run()
    assert world.progress.phase is Phase.PROMOTING
    return world


WORLDS: dict[Situation, Callable[[], World]] = {
    Situation.REST: deployed,
    Situation.FIRST: coming_up,
    Situation.ROLLOUT: paused,
    Situation.PROMOTION: promoting,
    Situation.ROLLBACK: going_back,
}


def reads(pair: Any) -> str:
    return pair.name.lower() if isinstance(pair, Situation) else str(pair)


def first_turn(situation: Situation, ask: Ask) -> tuple[World, Decision]:
    """The turn after an ask."""
    world = WORLDS[situation]()
    world.asks = world.asks.adding({ask: f"{world.progress.candidate}/first/1" if ask is Ask.PROMOTE else "1"})
    return world, world.turn()


@pytest.mark.parametrize(("situation", "ask"), PAIRS, ids=reads)
def test_every_ask_has_an_answer_in_every_situation_from_that_situations_ladder(situation: Situation, ask: Ask) -> None:
    answer = ANSWERS[ask][situation]

    assert set(answer.clauses) <= {*LADDERS[situation], *LADDER}
    assert answer.words


@pytest.mark.parametrize(("situation", "ask"), SEEN, ids=reads)
def test_an_ask_is_handled_at_once_unless_it_is_kept(situation: Situation, ask: Ask) -> None:
    world, _ = first_turn(situation, ask)

    handled = world.progress.handled.of(ask) is not None
    assert handled is bool(ANSWERS[ask][situation].clauses)


@pytest.mark.parametrize(
    ("situation", "ask"),
    [(situation, ask) for situation, ask in SEEN if ANSWERS[ask][situation].words == NOTHING],
    ids=reads,
)
def test_where_there_is_nothing_to_do_it_is_said(situation: Situation, ask: Ask) -> None:
    _, decision = first_turn(situation, ask)

    assert decision.reason is Reason.ASKED_IN_VAIN


@pytest.mark.parametrize("ask", ASKS)
def test_what_is_kept_in_one_situation_is_answered_in_the_situation_that_all_come_to(ask: Ask) -> None:
    assert ANSWERS[ask][Situation.REST].clauses


def test_no_ask_holds_up_a_release_that_is_deleted() -> None:
    assert {ask for ask in ASKS if ANSWERS[ask][Situation.HAND_BACK] is not ENDS} == {"retry"}


def test_a_retry_of_a_release_that_is_deleted_while_roles_change_is_kept_for_handing_back() -> None:
    world = promoting()
    world.progress, world.target = replace(world.progress, rejected=("v3",)), "v3"
    world.asks = replace(world.asks, retry="1")

    decision = decide(replace(world.look(), deleting=True, finalizer=True))

    assert decision.progress.handled.retry is None
