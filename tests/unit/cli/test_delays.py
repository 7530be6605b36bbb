"""The second picture of the judge shows the table that is beside it in the docs."""

from pathlib import Path

import pytest

from tests.bench.judge.table import against
from tidegate.cli.delays import COLOURS, HEADING, PROMISE, across, delays, height, read

PAGE = (Path(__file__).parents[3] / "docs" / "judge.md").read_text()


def row(fault: str, delay: float, found: float, **changes: float) -> dict[str, object]:
    peers = {"a bound": {"false": 0.876, "delay": delay, "found": found}, "an oracle's best": {"delay": 60.0}}
    return {
        "fault": fault,
        "rps": 100,
        "weight": 0.1,
        "shipped": {"delay": 30.0, "found": 1.0},
        "peers": peers,
        **changes,
    }


def null(name: str, share: float, weight: float = 0.1) -> dict[str, object]:
    return {"null": name, "rps": 100, "weight": weight, "tidegate": {"share": share}}


def test_what_the_bench_prints_is_what_the_picture_is_drawn_from() -> None:
    printed = against(
        {
            "faults": [
                row("0.1% → 0.5%", float("inf"), 0.22),
                row("1.0% → 5.0%", 780.0, 0.97),
                row("1.0% → 5.0%", 9.0, 1.0, weight=0.5),
            ],
            "nulls": [
                null("0.10% errors, 100 rps", 0.0),
                null("1.00% errors, 100 rps", 0.0025),
                null("1.00% errors, 100 rps", 0.5, weight=0.5),
            ],
        }
    )

    table = read(f"{HEADING}\n\nWords.\n\n{printed}\n\n### More\n\n| x |\n")

    assert table.rules == ("Tidegate, as shipped", "a bound")
    assert table.faults == ("0.1% → 0.5%", "1.0% → 5.0%")
    assert [(each.rule, each.fault, each.false, each.delay) for each in table.points] == [
        (0, 0, 0.0, 30.0),
        (0, 1, pytest.approx(0.0025), 30.0),
        (1, 0, pytest.approx(0.876), None),
        (1, 1, pytest.approx(0.876), 780.0),
    ]


def test_the_words_beside_the_picture_are_true() -> None:
    table = read(PAGE)
    ours = [each for each in table.points if each.rule == 0]
    others = [each for each in table.points if each.rule > 0]

    assert len(table.rules) == len(COLOURS)
    assert len(table.points) == len(table.rules) * len(table.faults)
    assert all(each.false < PROMISE and each.delay for each in ours)
    for mine in ours:
        rivals = [each for each in others if each.fault == mine.fault and each.false <= PROMISE]
        assert all(each.delay is None or each.delay > (mine.delay or 0) for each in rivals)


def test_fewer_false_alarms_stand_further_left_and_longer_delays_higher() -> None:
    assert across(0.0) == across(0.00001) < across(0.0003) < across(PROMISE) < across(1.0)
    assert height(15) > height(300) > height(3600) > height(None)


def test_every_point_is_drawn() -> None:
    drawn = delays(PAGE)

    assert [drawn.count(f'fill="{colour}" fill-opacity') for colour in COLOURS[:4]] == [3] * 4
    # Its colour is the faults' in the legend, too.
    assert drawn.count(f'fill="{COLOURS[4]}" fill-opacity') == 6


def test_a_page_without_the_table_is_told() -> None:
    with pytest.raises(LookupError, match="Delay against false alarms"):
        delays("# The judge\n")
