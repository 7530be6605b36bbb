"""Since when a weight is confirmed: the clock that every drain goes by."""

import pytest

from tidegate.reconcile import routes
from tidegate.reconcile.routes import NOT_THERE, remember
from tidegate.reconcile.world import RouterMemory


class Clock:
    """A clock that tests move."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(routes, "time", found)
    return found


def test_another_weight_is_confirmed_from_its_own_confirmation(clock: Clock) -> None:
    memory = RouterMemory()
    remember(memory, 1, ("v2", 20), confirmed=True)
    clock.now += 60
    remember(memory, 2, ("v2", 50), confirmed=False)
    clock.now += 1

    remember(memory, 2, ("v2", 50), confirmed=True)

    assert memory.confirmed_at == clock.now


def test_a_moment_in_which_git_put_its_weights_back_does_not_stop_the_clock(clock: Clock) -> None:
    memory = RouterMemory()
    remember(memory, 1, ("v2", 20), confirmed=True)
    began = clock.now
    for generation in range(2, 20):
        clock.now += 2
        remember(memory, generation, ("v2", 20), confirmed=False)
        clock.now += 0.2
        remember(memory, generation, ("v2", 20), confirmed=True)

    assert memory.confirmed_at == began


def test_a_long_time_without_confirmation_starts_the_clock_again(clock: Clock) -> None:
    memory = RouterMemory()
    remember(memory, 1, ("v2", 20), confirmed=True)
    clock.now += 1
    remember(memory, 2, ("v2", 20), confirmed=False)
    clock.now += 60

    remember(memory, 2, ("v2", 20), confirmed=True)

    assert memory.confirmed_at == clock.now


def test_a_route_that_comes_is_confirmed_from_then(clock: Clock) -> None:
    memory = RouterMemory()
    remember(memory, -1, NOT_THERE, confirmed=True)
    clock.now += 60

    remember(memory, 1, None, confirmed=True)

    assert memory.confirmed_at == clock.now


def test_silence_is_counted_from_the_generation(clock: Clock) -> None:
    memory = RouterMemory()
    remember(memory, 1, None, confirmed=False)
    clock.now += 30
    remember(memory, 1, None, confirmed=False)

    assert clock.now - memory.seen_at == 30
