"""An objective is never put to a source that speaks another language."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.metrics.recorded import RECORDED
from tidegate.api import parse_spec
from tidegate.decision.reasons import Reason
from tidegate.metrics.scrape import Scrape
from tidegate.metrics.translator import Translator
from tidegate.reconcile.blocks.objective_sets import Expanded
from tidegate.reconcile.blocks.wording import misworded, unknown_variable
from tidegate.reconcile.sources.sources import Source

RELEASE = {
    "template": {"spec": {}},
    "service": {"port": 80},
    "traffic": {"gateway": {"parentRefs": [{"name": "public"}]}},
}
ERRORS = {"errorRatio": {"max": "1%"}}
SLOW = {"slowRequests": {"over": "1s", "max": "1%"}}
LATENCY: dict[str, Any] = {"latency": {}}
SHARE: dict[str, Any] = {"requestShare": {}}


def asking(kind: str, *objectives: dict[str, Any]) -> str:
    """Why the objectives cannot be asked of a source of this kind; empty where they can."""
    translator: Translator = RECORDED[kind].translator
    source = Source(
        where="spec.metricSource: MetricSource numbers", translator=translator, seconds=1, window=timedelta(minutes=1)
    )
    named = [{"name": f"a{place}", **objective} for place, objective in enumerate(objectives)]
    found = misworded(parse_spec({**RELEASE, "objectives": named}), source, Expanded({}))
    assert found is None or found.reason is Reason.LANGUAGE_MISMATCH
    return found.sentence if found else ""


def query(**words: str) -> dict[str, Any]:
    return {"query": {**words, "max": "1"}}


@pytest.mark.parametrize("kind", RECORDED)
def test_no_source_need_understand_a_job(kind: str) -> None:
    assert asking(kind, {"job": {"template": {}}}) == ""


def test_a_prometheus_is_asked_in_promql_and_for_what_data_planes_count() -> None:
    assert asking("Prometheus", ERRORS, SLOW, query(promql="up{pod=~'$candidate_pods'}")) == ""


@pytest.mark.parametrize("kind", [kind for kind in RECORDED if kind != "Prometheus"])
def test_another_source_is_asked_in_its_own_words(kind: str) -> None:
    assert asking(kind, query(text="errors of $candidate_revision")) == ""


@pytest.mark.parametrize(
    ("kind", "objective", "sentence"),
    [
        ("Prometheus", query(text="avg:x{*}"), "query.text: MetricSource numbers speaks PromQL: ask by query.promql"),
        ("Datadog", query(promql="up"), "query.promql: MetricSource numbers speaks Datadog's metric queries: ask by"),
        ("Datadog", ERRORS, "errorRatio: is counted by a Prometheus, and MetricSource numbers speaks Datadog's"),
        ("Web", SLOW, "slowRequests: is counted by a Prometheus"),
        ("Datadog", query(text="avg:x{pod:$candidate_pods}"), "query.text: $candidate_pods is a regular expression"),
        ("CloudWatch", query(text="[{'Id': 'a'}]"), "query.text: starts as a list of metric data queries, and is no"),
    ],
    ids=[
        "text at a Prometheus",
        "promql at Datadog",
        "errors at Datadog",
        "slow at web",
        "a pattern at Datadog",
        "no JSON",
    ],
)
def test_what_is_not_understood_is_named_with_what_to_write(
    kind: str, objective: dict[str, Any], sentence: str
) -> None:
    right = query(promql="up") if kind == "Prometheus" else query(text="x")

    assert asking(kind, right, objective).startswith(f"spec.objectives[1].{sentence}")


@pytest.mark.parametrize("words", [{"promql": "up"}, {"text": "up"}], ids=["promql", "text"])
def test_pages_are_counted_and_asked_nothing(words: dict[str, str]) -> None:
    scrape = Source(
        where="spec.metricSource: MetricSource pages", translator=Scrape(interval=timedelta(seconds=5)), seconds=1
    )
    objectives = (ERRORS, SLOW, LATENCY, SHARE, query(**words))
    named = [{"name": f"a{place}", **objective} for place, objective in enumerate(objectives)]

    assert misworded(parse_spec({**RELEASE, "objectives": named[:4]}), scrape, Expanded({})) is None
    found = misworded(parse_spec({**RELEASE, "objectives": named}), scrape, Expanded({}))

    (field,) = words
    assert found is not None
    assert found.reason is Reason.LANGUAGE_MISMATCH
    assert found.sentence.startswith(
        f"spec.objectives[4].query.{field}: MetricSource pages only reads pages of metrics"
    )


def test_a_wrong_variable_of_a_set_is_told_by_the_sets_field() -> None:
    """The API server refuses it now: such a set is there from before."""
    where = "spec.objectivesFrom[0]: ObjectiveSet shared: spec.objectives[0]"
    objective = {"name": "shared-errors", "query": {"promql": "errors{of=~'$canary'}", "max": "0.5"}}
    spec = parse_spec({**RELEASE, "objectives": [objective]})

    found = unknown_variable(spec, Expanded({}, fields={"shared-errors": where}))

    assert found is not None
    assert found.reason is Reason.INVALID_SPEC
    assert found.sentence.startswith(f"{where}.query.promql")
    assert "$canary" in found.sentence
