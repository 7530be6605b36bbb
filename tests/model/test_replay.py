"""The replay of an operator's log takes what was recorded, and nothing that the model does not do."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.model.plans import Kind
from tests.model.replay import Rollout, Turn, rollouts, strays, turns_of

RECORDED = Path(__file__).with_name("demo.log").read_text().splitlines()
FEW = 300


def recorded() -> list[Rollout]:
    """The demo's five versions, as an operator logged them."""
    return list(rollouts(turns_of(RECORDED, "shop", "shop"), kind=Kind.DEMO, replicas=4))


def altered(turns: tuple[Turn, ...]) -> Iterator[tuple[str, tuple[Turn, ...]]]:
    """A good rollout's turns, with one thing wrong in each. One that is missing is no wrong: a cut turn has no line."""
    place = next(place for place, turn in enumerate(turns) if turn.effects == ("SetWeight",))
    raised, dwelling = turns[place : place + 2]
    yield "raised twice", (*turns[:place], raised, raised, *turns[place + 1 :])
    yield "dwelling before its weight", (*turns[:place], dwelling, raised, *turns[place + 2 :])
    yield "with another weight", (*turns[: place + 1], replace(dwelling, weight=25), *turns[place + 2 :])
    yield "at another step", (*turns[: place + 1], replace(dwelling, step=2), *turns[place + 2 :])
    yield "of another revision", (*turns[: place + 1], replace(dwelling, revision="another"), *turns[place + 2 :])
    yield "promoted at its first step", (*turns[: place + 2], *turns[-8:])
    yield "rolled back of itself", (*turns[: place + 2], replace(dwelling, reason="ObjectiveBreached"))


ALTERED = dict(altered(recorded()[1].turns))


@pytest.mark.exhaustive
@pytest.mark.parametrize("rollout", recorded(), ids=["v1", "v2", "v3", "v4", "v5"])
def test_what_an_operator_did_in_the_demo_is_a_path_of_the_model(rollout: Rollout) -> None:
    assert strays(rollout) == ()


@pytest.mark.exhaustive
@pytest.mark.parametrize("turns", ALTERED.values(), ids=ALTERED.keys())
def test_a_run_that_the_model_does_not_take_is_found(turns: tuple[Turn, ...]) -> None:
    assert strays(replace(recorded()[1], turns=turns), effort=FEW)
