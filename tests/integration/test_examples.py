"""Every file of `examples/` runs on a real control plane, and does what its first line says."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import yaml

from tests.cluster.local import ROOT
from tests.cluster.operator import Operator
from tests.integration.conftest import Setup
from tests.integration.examples.claims import CLAIMS
from tests.integration.examples.example import NAMES, Example
from tests.integration.examples.nodes import remove_nodes
from tests.integration.examples.placed import KEPT, WAITS
from tidegate.api.durations import PATTERN

Runs = dict[str, Future[None]]


@pytest.fixture(scope="module")
def runs(setup: Setup, shared: Operator, request: pytest.FixtureRequest) -> Iterator[Runs]:
    """The chosen examples, all started at once: each waits most of the time."""
    shared.start()
    tests = [item for item in request.session.items if isinstance(item, pytest.Function)]
    chosen = [str(test.callspec.params["name"]) for test in tests if "runs" in test.fixturenames]
    with ThreadPoolExecutor(len(chosen)) as pool:
        yield {name: pool.submit(run, setup, name) for name in chosen}

    remove_nodes(setup.api)


def run(setup: Setup, name: str) -> None:
    """One example from its start to its end."""
    with Example(setup, name) as example:
        CLAIMS[name](example)


@pytest.mark.parametrize("name", NAMES)
def test_an_example_does_what_it_says(runs: Runs, name: str) -> None:
    runs[name].result()


def test_every_example_has_a_claim_and_every_claim_an_example() -> None:
    assert sorted(CLAIMS) == NAMES


def test_every_duration_of_a_release_is_shortened_or_kept() -> None:
    crd = yaml.safe_load((ROOT / "crds" / "releases.yaml").read_text())
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]

    assert durations(schema) == WAITS | KEPT


def durations(schema: dict[str, Any], name: str = "") -> set[str]:
    """The names of all fields that are durations."""
    if schema.get("pattern") == PATTERN:
        return {name}

    found = set[str]()
    for inner, fields in (schema.get("properties") or {}).items():
        found |= durations(fields, inner)

    return found | durations(schema["items"]) if "items" in schema else found
