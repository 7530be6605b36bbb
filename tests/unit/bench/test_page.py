"""docs/benchmarks.md hides nothing: what its table says is not met stands in «What falls short», and nothing else."""

import re
from dataclasses import dataclass

from tests.bench.aims import AIMS
from tests.cluster.local import ROOT

PAGE = (ROOT / "docs" / "benchmarks.md").read_text()
NAMED = re.compile(r"^- \*\*(?P<question>.+?): (?P<figure>.+?)\*\*: (?P<rest>.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure of the table."""

    question: str
    figure: str
    found: str
    aim: str
    met: str


def rows() -> list[Row]:
    """Every figure of the table, each with its question, which stands in its first row alone."""
    found: list[Row] = []
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 7 and cells[0] not in {"question", "---"}:
            question = cells[0] or found[-1].question
            found.append(Row(question=question, figure=cells[1], found=cells[2], aim=cells[3], met=cells[4]))

    return found


def falls_short() -> dict[tuple[str, str], str]:
    """What the text names, and its words."""
    _, _, text = PAGE.partition("## What falls short\n")
    return {(found["question"], found["figure"]): found["rest"] for found in NAMED.finditer(text)}


def test_every_row_over_its_aim_is_named_with_its_figure_and_aim_and_no_other() -> None:
    missed = {(row.question, row.figure): row for row in rows() if row.met == "no"}

    assert falls_short().keys() == missed.keys()
    for name, words in falls_short().items():
        assert words.startswith(missed[name].found), name
        assert f"aim {missed[name].aim}" in words, name


def test_the_tables_aims_are_those_of_the_bench() -> None:
    declared = {(question, figure): str(aim) for question, aims in AIMS.items() for figure, aim in aims.items()}

    assert {(row.question, row.figure): row.aim for row in rows() if row.aim} == declared
