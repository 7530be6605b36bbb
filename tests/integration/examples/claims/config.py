"""The claim about configuration that is part of a revision."""

from tests.cluster.api import CONFIG_MAPS, REPLICA_SETS, SECRETS, Object, Resource
from tests.integration.examples.claims.registry import claim
from tests.integration.examples.example import Example

# Where the example's pods name what is tracked, and an edit of each.
EDITS: dict[str, tuple[Resource, str, Object]] = {
    "envFrom": (CONFIG_MAPS, "checkout-settings", {"data": {"currency": "USD"}}),
    "a volume": (CONFIG_MAPS, "checkout-pages", {"data": {"thanks.html": "<h1>Thanks</h1>"}}),
    "a projected volume": (CONFIG_MAPS, "checkout-trust", {"data": {"ca.crt": "another"}}),
    "env": (SECRETS, "checkout-payments", {"stringData": {"token": "another"}}),
    "an init container": (SECRETS, "checkout-database", {"stringData": {"DATABASE_URL": "another"}}),
}


@claim
def track_config(example: Example) -> None:
    """An edit of any ConfigMap or Secret is a rollout from copies; what is kept out starts none."""
    first = example.serve()
    before = last = used(example, first)
    assert before["flags"] == "checkout-flags"
    for nonce, (place, (kind, name, edit)) in enumerate(EDITS.items()):
        example.merge(kind, name, edit)
        found = used(example, example.at("first"))
        assert changed(last, found) == {place}
        assert used(example, first) == before
        example.ask(abort=str(nonce))
        example.phase("RolledBack")
        last = found

    assert example.get(CONFIG_MAPS, before["envFrom"])["data"] == {"currency": "EUR"}
    assert example.get(CONFIG_MAPS, last["envFrom"])["data"] == {"currency": "USD"}
    example.merge(CONFIG_MAPS, "checkout-flags", {"data": {"banner": "on"}})
    example.change()
    assert changed(last, used(example, example.promoted(after=first))) == set()


def used(example: Example, revision: str) -> dict[str, str]:
    """The ConfigMaps and the Secrets that a revision's pods name, by where they do."""
    spec = example.get(REPLICA_SETS, f"checkout-{revision}")["spec"]["template"]["spec"]
    (init,), (container,) = spec["initContainers"], spec["containers"]
    token = next(found for found in container["env"] if found["name"] == "PAYMENTS_TOKEN")
    volumes = {found["name"]: found for found in spec["volumes"]}
    return {
        "envFrom": container["envFrom"][0]["configMapRef"]["name"],
        "env": token["valueFrom"]["secretKeyRef"]["name"],
        "a volume": volumes["pages"]["configMap"]["name"],
        "a projected volume": volumes["trust"]["projected"]["sources"][0]["configMap"]["name"],
        "an init container": init["envFrom"][0]["secretRef"]["name"],
        "flags": volumes["flags"]["configMap"]["name"],
    }


def changed(before: dict[str, str], now: dict[str, str]) -> set[str]:
    """Where another object is named."""
    return {place for place in now if now[place] != before[place]}
