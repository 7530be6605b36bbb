"""A first revision whose pods rise by the steps, on the real API server."""

from tests.cluster.api import RELEASES, REPLICA_SETS, ROUTES, Api
from tests.cluster.operator import Operator
from tests.integration.manifests import phase_is, release
from tests.integration.steps import from_before, weights

GATED = [{"name": "first", "weight": 25, "pause": "UntilPromoted"}, {"name": "half", "weight": 50}]


def test_a_first_rollout_walks_its_steps_by_size_and_serves_at_the_end(
    api: Api, namespace: str, operator: Operator
) -> None:
    api.create(RELEASES, release(namespace, replicas=4, firstRollout="Steps", steps=GATED))
    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    candidate = found["status"]["candidate"]
    assert (found["status"]["step"]["name"], candidate["replicas"]) == ("first", 1)
    assert api.find(ROUTES, namespace, "web") is None

    operator.kill()
    operator.start()

    opened = {"promote": f"{candidate['revision']}/first/1"}
    pods = api.follow(REPLICA_SETS, namespace, f"web-{candidate['revision']}", 30)
    sizes = []
    for found in from_before(pods, lambda: api.ask(namespace, "web", **opened)):
        sizes.append(found["spec"]["replicas"])
        if sizes[-1] == 4:
            break

    assert sorted(set(sizes)) == [1, 2, 4]
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert weights(api, namespace) == [100, 0]
