"""`make bench`: every question, each on a fresh stand, as a table and as JSON."""

import argparse
import json
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from functools import partial
from typing import Any

from tests.cluster.local import ROOT

from . import questions
from .stand import Stand, stand

Question = Callable[[Stand], dict[str, Any]]

QUESTIONS: dict[str, Question] = {
    "breach, interval 1 s": partial(questions.breach, interval="1s"),
    "breach, interval 10 s": partial(questions.breach, interval="10s"),
    "pods available → weight": questions.pods_to_weight,
    "requests": questions.requests,
    "1,000 idle": questions.idle,
    "100 rollouts at once": questions.storm,
    "60 s of 503 from the source": questions.outage,
    "kill -9 in 100 rollouts": questions.killed,
}
CONDITIONS = (
    "settle, drain, dwell and watch 0, confirm: Settle, no leader election, simulated pods; times: middle / greatest, s"
)


def main() -> None:
    """Ask, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", default="", help="a part of a question's name")
    only = parser.parse_args().only
    print(f"{CONDITIONS}\n{platform.processor() or platform.machine()}, Python {platform.python_version()}\n")
    found = {}
    for name, question in QUESTIONS.items():
        if only in name:
            found[name] = asked(name, question)

    folder = ROOT / ".bench"
    folder.mkdir(exist_ok=True)
    path = folder / "result.json"
    path.write_text(json.dumps(found, indent=2, default=plain, ensure_ascii=False) + "\n")
    print(f"\nAs JSON: {path}")


def asked(name: str, question: Question) -> dict[str, Any]:
    """One question on a fresh stand."""
    began = time.monotonic()
    with stand() as found:
        figures = question(found)

    print(f"\n{name} ({time.monotonic() - began:.0f} s)")
    for what, figure in figures.items():
        print(f"  {what:<45} {figure}", flush=True)

    return figures


def plain(value: object) -> object:
    """A figure as JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)

    return str(value)


if __name__ == "__main__":
    main()
