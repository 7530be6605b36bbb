"""Which pods an autoscaler divides by while a rollout runs."""

import pytest

from tests.cluster.api import AUTOSCALERS, RELEASES, Api
from tests.cluster.autoscaler import autoscaler, used
from tests.cluster.operator import Operator
from tests.integration.manifests import phase_is, release, template

PAUSED = [{"name": "half", "weight": 50, "pause": "UntilPromoted"}]


@pytest.mark.parametrize(
    ("resources", "by_load"),
    [(["cpu"], True), (["memory"], False), (["cpu", "memory"], True)],
    ids=["cpu", "memory", "cpu and memory"],
)
def test_a_surge_is_counted_only_where_it_shares_the_load(
    api: Api, namespace: str, operator: Operator, resources: list[str], by_load: bool
) -> None:
    api.create(AUTOSCALERS, autoscaler(namespace, "web", *(used(resource, 80) for resource in resources)))
    api.create(RELEASES, release(namespace, steps=PAUSED))
    first = api.until(RELEASES, namespace, "web", phase_is("Promoted"))["status"]["stable"]["revision"]

    api.merge(RELEASES, namespace, "web", {"spec": {"template": template("2")}})
    api.until(RELEASES, namespace, "web", phase_is("Paused"))

    everyone = "tidegate.dev/release=web"
    selector = everyone if by_load else f"{everyone},tidegate.dev/revision={first}"
    # The autoscaler may be heard of later than the Release.
    api.until(RELEASES, namespace, "web", lambda found: found["status"]["selector"] == selector)
