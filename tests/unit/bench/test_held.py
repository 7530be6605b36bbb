"""A run of the judge's figures fails where one of them is worse than it was."""

from typing import Any

from tests.bench.judge.held import worse


def found(*, upper: float = 0.003, delay: float = 30, data: bool = True, rollbacks: int = 0) -> dict[str, Any]:
    faults = [
        {"rps": 100, "weight": 0.1, "fault": fault, "shipped": {"delay": seconds, "requests": 250}}
        for fault, seconds in (("1.0% → 5.0%", delay), ("0.1% → 0.5%", 225))
    ]
    return {
        "nulls": [{"tidegate": {"upper": upper}}],
        "stress": [{"tidegate": {"upper": 0.007}}],
        "faults": faults,
        "latency": [{"rps": 100, "weight": 0.1, "buckets": "classic", "tail": {"delay": 120}}],
        "delay against the best peer": {"shipped": {"times": 5.1}, "comparison": {"times": 4.2}},
        "replays": {"nothing known of the hour": {"count": rollbacks}} if data else {"absent": "no folder"},
        "gauges": {"each half": 65.5} if data else {"absent": "no folder"},
    }


def test_figures_as_they_were_are_no_failure() -> None:
    assert list(worse(found())) == []
    assert list(worse(found(data=False))) == []


def test_each_figure_that_is_worse_is_named_with_what_it_was() -> None:
    assert list(worse(found(upper=0.012))) == ["false alarms of the worst null: 0.012 is more than 0.01"]
    assert list(worse(found(delay=45))) == ["seconds for 1 → 5 %: 45 is more than 30"]
    assert list(worse(found(rollbacks=1))) == ["false rollbacks of recorded traffic: 1 is more than 0"]
