"""One example, running in a namespace of its own, and what its claim does to it and sees of it."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import unquote_plus

import yaml

from tests.cluster.api import DEPLOYMENTS, POD_TEMPLATES, PODS, RELEASES, REPLICA_SETS, Api, Object, Resource, TooLate
from tests.cluster.local import ROOT
from tests.cluster.metric_source import Answer, MetricServer
from tests.integration.conftest import Setup
from tests.integration.examples.placed import Place
from tests.integration.manifests import phase_is, promoted_after, reason_is
from tests.integration.steps import from_before

FOLDER = ROOT / "examples"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
# All examples run at once, on two cores.
LATEST = 300.0
Seen = TypeVar("Seen")


class Example:
    """The objects of one file in a cluster. Nothing outside its namespace is left when it is over."""

    def __init__(self, setup: Setup, name: str) -> None:
        self.setup = setup
        self.api = Api(Path(setup.cluster.kubeconfig))
        self.namespace = f"ex-{name}"
        self.numbers, self.listener = MetricServer(), MetricServer()
        self.place = Place(api=self.api, namespace=self.namespace, numbers=self.numbers, listener=self.listener)
        self._manifests: list[Object] = list(yaml.safe_load_all((FOLDER / f"{name}.yaml").read_text()))
        self._ends = ExitStack()
        self.name = next((found["metadata"]["name"] for found in self._manifests if found["kind"] == "Release"), "web")

    def __enter__(self) -> Self:
        self._ends.enter_context(self.numbers)
        self._ends.enter_context(self.listener)
        self.api.namespace(self.namespace)
        self.numbers.declare(self.api, self.namespace)
        return self

    def __exit__(self, *_: object) -> None:
        if self.api.find(RELEASES, self.namespace, self.name):
            self.api.delete(RELEASES, self.namespace, self.name)

        self._ends.close()

    def afterwards(self, undo: Callable[..., object], *with_: Any) -> None:
        """Undo something when the example is over."""
        self._ends.callback(undo, *with_)

    def apply(self, *around: Object) -> None:
        """What the example needs around it, and then the example."""
        for manifest in (*around, *self._manifests):
            self.place.put(manifest)

    def declared(self, kind: str) -> Object:
        """What the file declares of a kind."""
        return next(found for found in self._manifests if found["kind"] == kind)

    def serve(self, *around: Object) -> str:
        """Apply it and wait until it is served: its first revision."""
        self.apply(*around)
        return str(self.until(phase_is("Promoted"))["status"]["stable"]["revision"])

    def change(self, version: str = "2") -> None:
        """Another version, where the pods are declared."""
        reference = self.spec.get("workloadRef")
        if reference is None:
            self.edit(template=_with_version(self.spec["template"], version))
        elif reference["kind"] == "PodTemplate":
            found = self.get(POD_TEMPLATES, reference["name"])
            self.merge(POD_TEMPLATES, reference["name"], {"template": _with_version(found["template"], version)})
        else:
            found = self.get(DEPLOYMENTS, reference["name"])["spec"]["template"]
            self.merge(DEPLOYMENTS, reference["name"], {"spec": {"template": _with_version(found, version)}})

    def edit(self, **spec: Any) -> None:
        """Declare other fields of the Release."""
        self.merge(RELEASES, self.name, {"spec": spec})

    def ask(self, **asks: str) -> None:
        """What a person does: annotations."""
        self.api.ask(self.namespace, self.name, **asks)

    def says(self, value: float | None = 0.0, **values: float) -> Answer:
        """From now on the source answers with this number, or with another where the question holds a word."""
        self.numbers.says = Answer(value=value, values=values)
        return self.numbers.says

    @property
    def spec(self) -> Object:
        found: Object = self.get(RELEASES, self.name)["spec"]
        return found

    @property
    def status(self) -> Object:
        found: Object = self.get(RELEASES, self.name)["status"]
        return found

    def get(self, kind: Resource, name: str) -> Object:
        return self.api.get(kind, self.namespace, name)

    def merge(self, kind: Resource, name: str, body: Object) -> None:
        self.api.merge(kind, self.namespace, name, body)

    def until(self, done: Callable[[Object], bool]) -> Object:
        """The Release, once it is so."""
        return self.see(RELEASES, self.name, done)

    def see(self, kind: Resource, name: str, done: Callable[[Object], bool]) -> Object:
        """Another object, once it is so."""
        return self.api.until(kind, self.namespace, name, done, LATEST)

    def gone(self, kind: Resource, name: str) -> None:
        """Wait until an object is deleted."""
        self.api.gone(kind, self.namespace, name, LATEST)

    def reason(self, reason: str) -> Object:
        """The status, once it has a reason."""
        found: Object = self.until(reason_is(reason))["status"]
        return found

    def phase(self, phase: str) -> Object:
        """The status, once the newest spec is in a phase."""
        found: Object = self.until(phase_is(phase))["status"]
        return found

    def promoted(self, after: str) -> str:
        """The revision that is promoted after another."""
        found = self.until(promoted_after(after))
        assert found["status"]["history"][0]["outcome"] == "Promoted"
        return str(found["status"]["stable"]["revision"])

    def at(self, step: str) -> str:
        """The candidate, once a step has settled."""
        found = self.until(lambda seen: _settled_at(seen, step))
        return str(found["status"]["candidate"]["revision"])

    def course(
        self,
        kind: Resource,
        name: str,
        look: Callable[[Object], Seen],
        end: Sequence[Seen],
        act: Callable[[], object] = lambda: None,
    ) -> list[Seen]:
        """What is seen of an object, one after the other, from before an act up to what it ends with.

        Where the act makes the object, another of its kind must be there before.
        """
        seen: list[Seen] = []
        for found in from_before(self.api.changes(kind, self.namespace, LATEST), act):
            if found["metadata"]["name"] == name:
                seen += [look(found)] if seen[-1:] != [look(found)] else []

            if seen[-len(end) :] == list(end):
                return seen

        message = f"{kind.plural} {self.namespace}/{name} was never {end}: {seen}"
        raise TooLate(message)

    def size(self, revision: str) -> int:
        """The pods that a revision is to have."""
        return int(self.get(REPLICA_SETS, f"{self.name}-{revision}")["spec"]["replicas"])

    def pods(self) -> set[str]:
        """The pods that are not about to end, each by its uid."""
        found = self.api.all(PODS, self.namespace)
        return {pod["metadata"]["uid"] for pod in found if "deletionTimestamp" not in pod["metadata"]}

    def asked(self) -> str:
        """All that the source was asked since its answer was set, as one text."""
        return "\n".join(unquote_plus(question) for _, question in self.numbers.says.asked)


def _with_version(template: Object, version: str) -> Object:
    """The same pods, but for a variable of their first container."""
    first, *rest = template["spec"]["containers"]
    others = [found for found in first.get("env") or () if found["name"] != "VERSION"]
    container = first | {"env": [*others, {"name": "VERSION", "value": version}]}
    return template | {"spec": template["spec"] | {"containers": [container, *rest]}}


def _settled_at(found: Object, step: str) -> bool:
    at = (found.get("status") or {}).get("step") or {}
    return at.get("name") == step and "settledAt" in at
