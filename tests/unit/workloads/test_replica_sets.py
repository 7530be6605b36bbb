"""What a ReplicaSet says of pods that it cannot make."""

from typing import Any

import pytest

from tidegate.workloads import refusal

QUOTA = 'pods "web-1" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2'


def status(**changes: str) -> dict[str, Any]:
    state = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": QUOTA}
    return {"conditions": [{**state, **changes}]}


def test_a_refusal_is_told_in_the_api_servers_words() -> None:
    assert refusal(status()) == QUOTA
    assert refusal(status(message='admission webhook "images" denied the request: unsigned')).endswith("unsigned")


@pytest.mark.parametrize(
    "found",
    [
        {},
        status(status="False"),
        status(reason="FailedDelete"),
        status(type="Other"),
        status(message="Post https://10.0.0.1/api: connection refused"),
    ],
    ids=["none", "over", "a deletion", "another condition", "a server that is away"],
)
def test_what_heals_in_a_moment_is_no_refusal(found: dict[str, Any]) -> None:
    assert refusal(found) == ""


def test_a_refusal_is_bounded() -> None:
    assert len(refusal(status(message=QUOTA * 100))) <= 512
