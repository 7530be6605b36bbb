"""Which time a question for samples is about: it begins on a grid, and is not too long for one answer."""

from datetime import timedelta

from tidegate.metrics.samples import milliseconds

from .arrivals import AGAIN

# What is asked at once of one Release's past.
LONGEST_WINDOW = milliseconds(timedelta(minutes=30))
# A whole number of scrapes, at all usual intervals: the first sample of each window is the same server's.
GRID = milliseconds(timedelta(minutes=1))


def begin_of_window(instant: int) -> int:
    """The last minute up to an instant, in milliseconds since 1970.

    Of a pair of servers a store gives the samples of one, and chooses it by the window's first sample: a begin that
    moved with each look would change from one server to the other and back.
    """
    return instant // GRID * GRID


def window_after(taken: int, until: int) -> tuple[int, int]:
    """What is asked for when all is counted up to a time; some of it is asked again, and passed over."""
    return begin_of_window(taken - AGAIN), min(until, taken + LONGEST_WINDOW)
