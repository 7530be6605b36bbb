"""A metric source that cannot be used says what is missing, and why it may not be seen."""

import pytest

from tidegate.api.names import LABEL_METRIC_SOURCE
from tidegate.api.objectives import MetricSourceRef
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.secrets import Secrets
from tidegate.reconcile.sources import Sources
from tidegate.watch import Object, Store

SECRET = {"name": "prometheus", "namespace": "monitoring"}
SOURCE: Object = {
    "metadata": {"name": "default", "resourceVersion": "1", "uid": "u"},
    "spec": {"prometheus": {"address": "https://prometheus.example", "authSecret": SECRET}},
}


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [
        (Scope(), "is missing, or lacks the label"),
        (Scope(namespaces=("monitoring",)), "is missing, or lacks the label"),
        (Scope(namespaces=("shop",)), "is in a namespace that this operator does not watch"),
    ],
    ids=["all are watched", "its own is watched", "its own is not watched"],
)
def test_a_secret_that_is_not_found_says_whether_it_could_be(scope: Scope, sentence: str) -> None:
    cluster = Store()
    cluster.put(SOURCE)
    sources = Sources(Store(), cluster, Secrets(Store(), LABEL_METRIC_SOURCE, scope))

    found = sources.resolve(MetricSourceRef(), "shop")

    assert isinstance(found, Blocked)
    assert found.reason is Reason.SECRET_MISSING
    assert f"Secret monitoring/prometheus {sentence}" in found.sentence
