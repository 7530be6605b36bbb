"""Every request is accounted for: by users, by the pods, by the gateway."""

from dataclasses import replace
from typing import Any

import pytest

from tests.demo.counts import Counts, Served, by_version, counts, seen_by_users, unlike_pods
from tests.demo.load import Load, Request

WHOLE = Counts(sent=10, answered=10, counted_by_pods=9, made_by_gateway=1)
ANSWERED = Request(1.0, 200, "v1")
FAILED = Request(2.0, 500, "v3")
BY_GATEWAY = Request(3.0, 503, None)
LOST = Request(4.0, None, None, "ServerDisconnectedError: Server disconnected")


def test_what_adds_up_is_no_complaint() -> None:
    assert WHOLE.imbalances() == []


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"sent": 11}, "11 sent ≠ 10 answered + 0 lost"),
        ({"sent": 11, "lost": 1}, "1 of 11 requests got no answer"),
        ({"counted_by_pods": 10}, "10 answers ≠ 10 counted by pods + 1 made by the gateway"),
        ({"made_by_gateway": 0}, "10 answers ≠ 9 counted by pods + 0 made by the gateway"),
        ({"sent": 0, "answered": 0, "counted_by_pods": 0, "made_by_gateway": 0}, "no request was sent"),
        ({"troubles": ["reset"]}, "reset"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_add_up_is_said(changes: dict[str, Any], complaint: str) -> None:
    assert replace(WHOLE, **changes).imbalances() == [complaint]


def test_a_request_that_was_sent_and_is_still_open_does_not_add_up() -> None:
    load = Load("http://gateway", "shop.example", 50, requests=[ANSWERED, LOST], sent=3)

    found = counts(load, {"v1": Served(1)})

    assert (found.sent, found.answered, found.lost) == (3, 1, 1)
    assert "3 sent ≠ 1 answered + 1 lost" in found.imbalances()


def test_errors_are_told_by_version_and_the_gateways_own_belong_to_none() -> None:
    assert seen_by_users([ANSWERED, FAILED, BY_GATEWAY, LOST]) == {"v1": Served(1), "v3": Served(1, 1)}


def test_the_pods_counters_are_summed_by_version() -> None:
    series = [
        {"metric": {"run": "ab12-v1", "code": "200"}, "value": [0, "40"]},
        {"metric": {"run": "ab12-v3", "code": "200"}, "value": [0, "8"]},
        {"metric": {"run": "ab12-v3", "code": "500"}, "value": [0, "2"]},
    ]

    assert by_version(series, "ab12") == {"v1": Served(40), "v3": Served(10, 2)}


@pytest.mark.parametrize(
    ("pods", "complaint"),
    [
        (Served(9, 2), "v3: users had 10 answers, its pods gave 9"),
        (Served(10, 1), "v3: users saw 2 errors, its pods gave 1"),
    ],
    ids=["answers", "errors"],
)
def test_a_version_whose_pods_count_otherwise_is_a_complaint(pods: Served, complaint: str) -> None:
    assert unlike_pods("v3", Served(10, 2), pods) == [complaint]
    assert unlike_pods("v3", Served(10, 2), Served(10, 2)) == []
