"""Claims about the way back, and what outlives a Release."""

from tests.cluster.api import RELEASES, REPLICA_SETS, ROUTES, SERVICES
from tests.integration.examples.claims.registry import claim
from tests.integration.examples.claims.seen import AT_REST, PROMOTED, climb, owners, weights
from tests.integration.examples.example import Example
from tests.integration.manifests import reason_is


@claim
def undo(example: Example) -> None:
    """Straight back to the revision before the last one, and then by a template that is declared again."""
    first = example.serve()
    example.change("2")
    second = example.promoted(after=first)
    example.change("3")
    third = example.promoted(after=second)

    back = {"undo": f"{first}/1"}
    assert example.course(ROUTES, "basket", weights, PROMOTED, lambda: example.ask(**back)) == climb()
    found = example.until(reason_is("Undone"))["status"]
    assert (found["stable"]["revision"], found["rejected"]) == (first, [third])

    assert example.course(ROUTES, "basket", weights, PROMOTED, lambda: example.change("2")) == climb()
    assert example.promoted(after=first) == second


@claim
def on_delete_keep(example: Example) -> None:
    """Deleted, its pods serve on as nobody's, and a Release of its name takes them again without a restart."""
    first = example.serve()
    example.change()
    second = example.promoted(after=first)
    example.see(REPLICA_SETS, f"ledger-{first}", lambda found: found["status"]["replicas"] == 0)
    declared, before = example.spec, example.pods()

    example.api.delete(RELEASES, example.namespace, "ledger")
    example.gone(RELEASES, "ledger")

    left = [example.get(SERVICES, name) for name in ("ledger", "ledger-stable", "ledger-candidate")]
    left += [example.get(REPLICA_SETS, f"ledger-{second}"), example.get(ROUTES, "ledger")]
    assert [owners(found) for found in left] == [[]] * len(left)
    assert weights(example.get(ROUTES, "ledger")) == AT_REST
    assert example.pods() == before

    metadata = {"name": "ledger", "namespace": example.namespace}
    example.api.create(
        RELEASES,
        {"apiVersion": "tidegate.dev/v1alpha1", "kind": "Release", "metadata": metadata, "spec": declared},
    )
    assert example.phase("Promoted")["stable"]["revision"] == second
    assert example.pods() == before
