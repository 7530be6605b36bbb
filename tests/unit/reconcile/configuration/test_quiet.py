"""Several edits in a moment are one change."""

from tidegate.reconcile.configuration.quiet import LONGEST_QUIET_SECONDS, QUIET_SECONDS, Quiet, quiet

NOW = 1000.0


def seen(*looks: tuple[float, object]) -> Quiet:
    """What is known after these looks at something whole."""
    known = None
    for when, what in looks:
        known = quiet(known, what, when, sure=True)

    assert known is not None
    return known


def test_what_a_start_finds_counts_at_once() -> None:
    assert seen((NOW, "a")).left(NOW) <= 0


def test_what_a_start_finds_incomplete_is_waited_for() -> None:
    assert quiet(None, "a", NOW, sure=False).left(NOW) == QUIET_SECONDS


def test_a_change_counts_when_it_has_rested() -> None:
    known = seen((0.0, "a"), (NOW, "b"), (NOW + 0.5, "b"))

    assert known.left(NOW + 0.5) == QUIET_SECONDS - 0.5
    assert known.left(NOW + QUIET_SECONDS) <= 0


def test_another_change_starts_the_rest_again() -> None:
    assert seen((0.0, "a"), (NOW, "b"), (NOW + 0.5, "c")).left(NOW + 0.5) == QUIET_SECONDS


def test_what_changes_all_the_time_is_not_waited_for() -> None:
    looks = [(NOW + step / 2, step) for step in range(60)]

    known = seen((0.0, "a"), *[look for look in looks if look[0] < NOW + LONGEST_QUIET_SECONDS])

    assert known.left(NOW + LONGEST_QUIET_SECONDS) <= 0


def test_a_change_after_a_rest_waits_its_own_time() -> None:
    later = NOW + LONGEST_QUIET_SECONDS

    assert seen((0.0, "a"), (NOW, "b"), (later, "c")).left(later) == QUIET_SECONDS
