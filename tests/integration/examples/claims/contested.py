"""The claim about a Deployment that was taken over, and that others fight for."""

from tests.cluster.api import DEPLOYMENTS, RELEASES, Object
from tests.cluster.repeated import repeated
from tests.integration.deployments import emptied
from tests.integration.examples.claims.registry import claim
from tests.integration.examples.example import Example
from tests.integration.manifests import reason_is


@claim
def takeover_contested(example: Example) -> None:
    """Git declares the size again at each sync: undone once, told by name and left, until Git lets go of it."""
    first = example.serve()
    example.see(DEPLOYMENTS, "cart", emptied)
    declared = example.declared("Deployment")
    sized = declared | {"spec": declared["spec"] | {"replicas": 3}}

    with repeated(lambda: example.place.put(sized), seconds=0.3):
        contested = example.reason("Contested")
        assert "Deployment cart was scaled to 3 again by examples after two tries" in contested["message"]
        assert "take replicas out of what declares it" in contested["message"]
        left = example.see(DEPLOYMENTS, "cart", ready)
        assert left["spec"]["replicas"] == 3

    example.place.put(declared)
    example.see(DEPLOYMENTS, "cart", emptied)
    example.until(reason_is("Promoted"))
    waits_for_a_person(example, first)


def waits_for_a_person(example: Example, first: str) -> None:
    """Deleted while the Deployment declares what was rolled back, it serves on until that is taken as it is."""
    example.change()
    rejected = example.at("first")
    example.ask(abort="1")
    example.phase("RolledBack")
    example.api.delete(RELEASES, example.namespace, "cart")

    waits = example.reason("HandBackWaits")
    assert rejected in waits["message"]
    assert waits["stable"]["revision"] == first
    assert emptied(example.get(DEPLOYMENTS, "cart"))
    example.ask(retry="1")
    example.gone(RELEASES, "cart")
    assert ready(example.get(DEPLOYMENTS, "cart"))


def ready(found: Object) -> bool:
    """True where nobody takes its pods away."""
    return bool(found["status"].get("availableReplicas") == found["spec"]["replicas"] > 0)
