"""`make bench`: every question, each on a fresh stand, as a table and as JSON."""

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.cluster.local import ROOT

from . import questions
from .aims import AIMS
from .conditions import Conditions, load, machine, objects
from .findings import Findings, as_json, table
from .stand import Stand, stand

Question = Callable[[Stand], dict[str, Any]]
RESULT = ROOT / ".bench" / "result.json"

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


def main() -> None:
    """Ask, keep, print. What was found is kept after each question: a later one may fail."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", default="", help="a part of a question's name")
    only = parser.parse_args().only
    print(f"{machine()}\nTimes: middle / greatest, s\n")
    found: list[Findings] = []
    RESULT.parent.mkdir(exist_ok=True)
    for name, question in QUESTIONS.items():
        if only in name:
            found.append(asked(name, question))
            RESULT.write_text(json.dumps(as_json(machine(), found), indent=2, ensure_ascii=False) + "\n")

    print(f"\n{table(found)}\n\nAs JSON: {RESULT}")
    for each in found:
        for name in each.missed():
            print(f"Missed: {each.question}: {name}")


def asked(name: str, question: Question) -> Findings:
    """One question on a fresh stand."""
    before, began = load(), time.monotonic()
    with stand() as found:
        figures = question(found)
        conditions = Conditions(load_before=before, load_after=load(), objects=objects(found.api))

    findings = Findings(
        question=name,
        seconds=time.monotonic() - began,
        conditions=conditions,
        bare_patch=figures.pop(questions.BARE_PATCH, None),
        figures=figures,
        aims=AIMS.get(name, {}),
    )
    print(f"\n{name} ({findings.seconds:.0f} s; {conditions})")
    for _, what, figure, aim, met, beside, _ in findings.rows():
        notes = (f"aim {aim}: {met}" if aim else "", f"bare PATCH {beside}" if beside else "")
        print(f"  {what:<45} {figure:<40} {'  '.join(filter(None, notes))}".rstrip())

    return findings


if __name__ == "__main__":
    main()
