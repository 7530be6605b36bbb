"""CloudWatch is asked for whole periods, by an expression or by the queries that its own tools take."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.metrics.recorded import RECORDED
from tidegate.api import InvalidSpec
from tidegate.metrics.answer import NotWhole, Unusable
from tidegate.metrics.translator import Question

CLOUDWATCH = RECORDED["CloudWatch"].translator
# 30 seconds into a minute.
NOW = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
MINUTE_BEGUN = int(NOW.timestamp()) - 30


def asked(words: str, window: timedelta = timedelta(minutes=5)) -> Any:
    request = CLOUDWATCH.request(Question(words=words, end=NOW, window=window, values={"candidate_revision": "v2"}))
    return json.loads(request.body)


@pytest.mark.parametrize(
    ("window", "periods"),
    [(timedelta(minutes=5), 4), (timedelta(seconds=90), 1), (timedelta(seconds=20), 1), (timedelta(seconds=1), 1)],
    ids=["five minutes", "a minute and a half", "less than a period", "a second"],
)
def test_the_period_under_way_is_left_out_and_a_whole_one_is_always_asked_for(window: timedelta, periods: int) -> None:
    found = asked("SEARCH('x', 'Sum')", window)

    assert found["EndTime"] == MINUTE_BEGUN
    assert found["EndTime"] - found["StartTime"] == 60 * periods


def test_words_are_one_expression() -> None:
    assert asked("SUM(SEARCH('$candidate_revision', 'Sum'))")["MetricDataQueries"] == [
        {"Id": "q", "Expression": "SUM(SEARCH('v2', 'Sum'))", "Period": 60}
    ]


def test_a_list_is_sent_as_the_queries_that_it_holds() -> None:
    queries = [{"Id": "a", "Expression": "b / c"}, {"Id": "b", "MetricStat": {"Stat": "Sum"}, "ReturnData": False}]

    assert asked(json.dumps(queries))["MetricDataQueries"] == queries


def test_a_list_that_is_no_json_is_told_by_its_field() -> None:
    with pytest.raises(InvalidSpec, match=r"query\.text: starts as a list of metric data queries, and is no JSON"):
        asked("[{'Id': 'a'}]")


def test_a_variable_may_be_a_number_in_a_list() -> None:
    CLOUDWATCH.check('[{"Id": "a", "Expression": "b", "Period": $window_seconds}]')


@pytest.mark.parametrize(
    "said",
    [
        {"Messages": [{"Code": "MaxMetricsExceeded", "Value": "Maximum number of allowed metrics exceeded"}]},
        {"NextToken": "more"},
    ],
    ids=["a message on the whole", "more pages"],
)
def test_an_answer_of_which_there_is_more_is_none(said: dict[str, Any]) -> None:
    body = {**json.loads(RECORDED["CloudWatch"].one), **said}

    found = CLOUDWATCH.parse(json.dumps(body).encode())

    assert isinstance(found, NotWhole)
    assert "not whole" in found.why


@pytest.mark.parametrize("status", ["PartialData", "InternalError", "Forbidden", None])
def test_only_a_status_of_complete_is_one(status: str | None) -> None:
    body = json.loads(RECORDED["CloudWatch"].one)
    result = body["MetricDataResults"][0]
    body["MetricDataResults"] = [{**{name: result[name] for name in ("Id", "Values")}, "StatusCode": status}]
    if status is None:
        del body["MetricDataResults"][0]["StatusCode"]

    assert isinstance(CLOUDWATCH.parse(json.dumps(body).encode()), Unusable)
