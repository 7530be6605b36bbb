"""What is being done, and how long it takes: a person waits for it."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Missing(Exception):
    """The machine lacks something that cannot be fetched: what, and what to do."""


@contextmanager
def step(what: str) -> Iterator[None]:
    """Tell of a step before it starts, and of its time when it ends."""
    print(f"  {what} …", end="", flush=True, file=sys.stderr)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print(f" failed after {time.monotonic() - started:.1f} s", file=sys.stderr)
        raise

    print(f" {time.monotonic() - started:.1f} s", file=sys.stderr)


def say(sentence: str) -> None:
    """One line for the person who waits."""
    print(sentence, flush=True, file=sys.stderr)
