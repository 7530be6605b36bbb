"""What each example promises, as one function of its name, which runs it and sees that it is so."""

from . import config, contested, ends, judged, pods, questions, routes, sources, steps, verdicts
from .registry import CLAIMS

__all__ = [
    "CLAIMS",
    "config",
    "contested",
    "ends",
    "judged",
    "pods",
    "questions",
    "routes",
    "sources",
    "steps",
    "verdicts",
]
