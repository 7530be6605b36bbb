"""The garbage collector, tuned for a big and lasting store."""

import ctypes
import gc

# Collections of the young are rare, those of the old rarer: they are what makes a tail.
THRESHOLDS = (50_000, 50, 1000)


def tune_collector() -> None:
    """After the first lists: what is here stays, so the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
