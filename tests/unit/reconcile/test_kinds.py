"""What a Release claims, so that two of them do not write one thing."""

import json
from typing import Any

import pytest

from tests.unit.reconcile.stores import made
from tidegate.reconcile import kinds

PUBLIC = {"name": "public"}


def claimed(**parent: Any) -> set[tuple[str, str]]:
    """What a managed route on one parent claims."""
    spec = {"traffic": {"gateway": {"parentRefs": [{**PUBLIC, **parent}], "hostnames": ["shop.example"]}}}
    found = {**made("web"), "spec": json.dumps(spec)}
    return {key for key in kinds.claims(found) if key[0] == kinds.SERVED}


@pytest.mark.parametrize(
    "other",
    [
        {"port": 8001},
        {"sectionName": "web"},
        {"namespace": "gateways"},
        {"kind": "Service", "group": ""},
        {"group": "other.example"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_parent_is_another_claim(other: dict[str, Any]) -> None:
    assert not claimed() & claimed(**other)


def test_what_is_written_out_and_what_is_left_out_is_one_claim() -> None:
    written = claimed(kind="Gateway", group="gateway.networking.k8s.io", namespace="shop")

    assert written == claimed()
    assert len(written) == 1
