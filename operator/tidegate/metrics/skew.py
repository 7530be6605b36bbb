"""Whether a source's clock goes with ours, by the date that stands on an answer: questions are about our time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

from .answer import Answer, NotAsked, Sample, Silent

# So far apart they may be: samples that come so much later are waited for.
TOLERATED = timedelta(seconds=5)
# Years that can be reckoned with.
FIRST, LAST = 2, 9998
# A date has no parts of a second.
SECOND = timedelta(seconds=1)
TOGETHER = timedelta()
A = TypeVar("A", bound=Answer)


def skew(date: str, sent: datetime, heard: datetime) -> timedelta:
    """How far a clock is ahead of ours, that was read between sending and hearing; less than nothing where behind.

    Nothing where it may be as ours, or tells no date: a slow answer was dated at any time that it took.
    """
    told = _instant(date)
    if told is None or max(told - heard, sent - (told + SECOND)) <= TOLERATED:
        return TOGETHER

    return told + SECOND / 2 - (sent + (heard - sent) / 2)


def _instant(date: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None

    if not FIRST <= found.year <= LAST:
        return None

    return found if found.tzinfo else found.replace(tzinfo=UTC)


def sentence_of(ahead: timedelta, whose: str) -> str:
    """That a clock is ahead or behind; empty where it is neither."""
    if not ahead:
        return ""

    where = "ahead of" if ahead > TOGETHER else "behind"
    return f"{whose} clock is {abs(ahead).total_seconds():,.0f} s {where} the operator's"


def beside(why: str, clock: str) -> str:
    """Why there is no answer, and what of a clock may be the cause."""
    return f"{why}; {clock}" if clock else why


def explained(answer: A, clock: str) -> A:
    """An answer without a number tells of the clock too: what was asked about may be another time over there."""
    if isinstance(answer, Sample | Silent | NotAsked):
        return answer

    return replace(answer, why=beside(answer.why, clock))
