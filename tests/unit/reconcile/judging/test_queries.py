"""When a user's own queries are asked."""

from datetime import timedelta

from tidegate.reconcile.judging.queries import first_wait

TEN = timedelta(seconds=10)


def test_releases_that_start_together_are_asked_one_after_another_and_each_in_time() -> None:
    waits = sorted(first_wait(("shop", f"web-{number}"), TEN) for number in range(20))

    assert timedelta(seconds=5) <= waits[0]
    assert waits[-1] <= timedelta(seconds=6)
    assert waits[-1] - waits[0] >= TEN / 20
    assert len(set(waits)) == len(waits)


def test_a_short_interval_makes_the_first_wait_short() -> None:
    assert first_wait(("shop", "web"), timedelta(seconds=1)) <= timedelta(seconds=1.1)
