"""What tests do to a Release on a cluster, again and again."""

from tests.cluster.api import EVENTS, RELEASES, Api, Object


def create_younger(api: Api, namespace: str, manifest: Object) -> None:
    """Create a Release that is younger than `web`."""
    first = api.get(RELEASES, namespace, "web")["metadata"]["creationTimestamp"]
    while api.create(RELEASES, manifest)["metadata"]["creationTimestamp"] == first:
        # Ages are kept in whole seconds: of two in one second the smaller uid wins.
        api.delete(RELEASES, namespace, manifest["metadata"]["name"])
        api.gone(RELEASES, namespace, manifest["metadata"]["name"])


def eventually_told(api: Api, namespace: str, reason: str, words: str) -> None:
    """An Event comes after the status, by itself."""
    for found in api.changes(EVENTS, namespace, 20):
        if found["reason"] == reason and words in found["note"]:
            return

    message = f"no Event {reason} with «{words}»"
    raise AssertionError(message)
