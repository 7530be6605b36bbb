"""Releases that track their ConfigMaps, and what their revisions keep of them."""

from typing import Any

from tests.cluster.api import CONFIG_MAPS, RELEASES, REPLICA_SETS, Api, Object
from tests.integration.manifests import phase_is, release, stable_of, template

PAUSED = [{"name": "first", "weight": 20, "pause": "UntilPromoted"}]


def config_map(namespace: str, name: str = "settings", *, text: str = "1", **annotations: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace, "annotations": annotations},
        "data": {"colour": text},
    }


def using(*names: str, version: str = "1") -> Object:
    """A template whose container has these ConfigMaps as its environment."""
    pods = template(version)
    pods["spec"]["containers"][0]["envFrom"] = [{"configMapRef": {"name": name}} for name in names]
    return pods


def tracking(namespace: str, **changes: Any) -> Object:
    return release(namespace, **{"template": using("settings"), "trackConfig": "All", **changes})


def deployed(api: Api, namespace: str, **changes: Any) -> str:
    """A Release that tracks its ConfigMap is served; its first revision."""
    api.create(CONFIG_MAPS, config_map(namespace))
    api.create(RELEASES, tracking(namespace, **changes))
    return stable_of(api.until(RELEASES, namespace, "web", phase_is("Promoted")))


def edit(api: Api, namespace: str, text: str, name: str = "settings") -> None:
    api.merge(CONFIG_MAPS, namespace, name, {"data": {"colour": text}})


def named(api: Api, namespace: str, revision: str) -> list[str]:
    """The ConfigMaps that a revision's pods have."""
    found = api.get(REPLICA_SETS, namespace, f"web-{revision}")
    sources = found["spec"]["template"]["spec"]["containers"][0]["envFrom"]
    return [source["configMapRef"]["name"] for source in sources]


def copies(api: Api, namespace: str) -> dict[str, str]:
    """The copies of ConfigMaps, and what they hold."""
    listed = api.all(CONFIG_MAPS, namespace, selector="tidegate.dev/release=web")
    return {found["metadata"]["name"]: found["data"]["colour"] for found in listed}
