"""Git's state is applied under the names of both appliers, each time."""

from tests.cluster.api import AUTOSCALERS, DEPLOYMENTS, Api, Object, Resource
from tests.demo.git import Git
from tests.demo.till import OLD, deployment, scaler

BOTH = ["kustomize-controller", "argocd-controller"]


class Applied(Api):
    """An API that only notes who applies and deletes what."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    def apply(self, kind: Resource, manifest: Object, *, manager: str = "tests") -> Object:
        self.calls.append((manager, kind.plural))
        return manifest

    def delete(self, kind: Resource, namespace: str | None, name: str, *, policy: str = "Background") -> None:
        self.calls.append(("deleted", kind.plural))


def test_what_is_committed_is_applied_at_once_under_both_names() -> None:
    api = Applied()

    Git(api).commit(AUTOSCALERS, scaler("Deployment"))

    assert api.calls == [(name, "horizontalpodautoscalers") for name in BOTH]


def test_all_that_is_declared_is_applied_again_by_each_in_turn_and_nothing_that_was_removed() -> None:
    api = Applied()
    git = Git(api)
    git.commit(AUTOSCALERS, scaler("Deployment"))
    git.commit(DEPLOYMENTS, deployment(OLD, "run", None))
    git.remove(AUTOSCALERS)
    api.calls.clear()

    git.apply_again()

    assert api.calls == [(name, "deployments") for name in BOTH]
