"""Clusters that are not ours to run: kind, and the cluster of a given kubeconfig."""

import json
import shutil
from collections.abc import Iterable
from functools import partial
from itertools import groupby
from pathlib import Path

import yaml

from . import local
from .api import Object
from .binaries import gateway_api_crds, kind
from .cache import FETCH_SECONDS, run
from .choice import ANSWER_SECONDS
from .gateway import wait_until_programmed
from .images import SHOP
from .kubectl import command as command_of_kubectl
from .kubectl import place
from .progress import Missing, say, step

MANIFESTS = Path(__file__).with_name("in_cluster.yaml")
NAME = "tidegate"
ADDRESSES = {"gateway": "http://127.0.0.1:8000", "prometheus": "http://127.0.0.1:9090"}
# Whatever has not this label is someone else's.
LABEL, MANAGER = "app.kubernetes.io/managed-by", "tidegate-up"
ROLLOUT = "120s"
SERVER_SECONDS = 10
# The one in C where it is built: CRDs are long.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Silent(Missing):
    """Docker, or what kind has instead of it, does not answer."""


def up_kind(folder: Path = local.FOLDER) -> local.Cluster:
    """A cluster of containers, by kind-config.yaml; harmless where it is."""
    there = kind_is_there()
    folder.mkdir(exist_ok=True)
    kubeconfig = folder / "kubeconfig"
    # Before anything is made: `down` must know of a cluster that comes up by half.
    note("kind", kubeconfig, folder)
    if not there:
        with step("Creating a kind cluster (once; a few minutes where its image must be pulled)"):
            configuration = local.ROOT / "kind-config.yaml"
            command: list[str | Path] = [kind(), "create", "cluster", "--config", configuration]
            run([*command, "--kubeconfig", kubeconfig, "--wait", "120s"], seconds=FETCH_SECONDS)

    run([kind(), "export", "kubeconfig", "--name", NAME, "--kubeconfig", kubeconfig])
    with step("Loading the demo's image"):
        run([kind(), "load", "image-archive", SHOP.archive().path, "--name", NAME])

    return furnish("kind", kubeconfig, folder)


def kind_is_there() -> bool:
    """True where kind knows our cluster. Raises Silent where it cannot know."""
    try:
        return NAME in run([kind(), "get", "clusters"], seconds=ANSWER_SECONDS).split()
    except Missing as error:
        message = f"kind needs Docker, which does not answer: start it, or leave CLUSTER=kind out\n{error}"
        raise Silent(message) from error


def down_kind(folder: Path = local.FOLDER) -> str:
    """Delete the kind cluster, and say that it is gone. Where Docker does not answer, nothing runs: it is forgotten."""
    try:
        kind_is_there()
    except Silent:
        shutil.rmtree(folder)
        return (
            "Docker does not answer: the kind cluster is forgotten, not deleted."
            f" If it comes back with Docker: {kind()} delete cluster --name {NAME}"
        )

    run([kind(), "delete", "cluster", "--name", NAME])
    if kind_is_there():
        message = f"kind said that it deleted the cluster {NAME}, and lists it still: `kind delete cluster` by hand"
        raise Missing(message)

    shutil.rmtree(folder)
    return "Down: kind lists the cluster no more"


def up_given(given: Path, folder: Path = local.FOLDER) -> local.Cluster:
    """A cluster that exists: it gets what it lacks of CRDs, a gateway and a Prometheus, and keeps that after `down`."""
    kubeconfig = own_kubeconfig(given, folder)
    note("given", kubeconfig, folder)
    found = furnish("given", kubeconfig, folder)
    say(f"The demo's image must be there as {SHOP.name}: import {SHOP.archive().path} on the nodes, or push it")
    say("Its addresses are those of port-forwards:")
    for namespace, service, port in (("gateways", "traefik", 8000), ("monitoring", "prometheus", 9090)):
        say(f"  {place(str(kubeconfig))} -n {namespace} port-forward service/{service} {port} &")

    return found


def down_given(folder: Path = local.FOLDER) -> None:
    """Forget a given cluster: the copy of its credentials goes."""
    shutil.rmtree(folder)


def ask(given: Path) -> None:
    """See that a given cluster answers. Raises Missing with its address where it does not."""
    try:
        kubectl(given, "get", "--raw", "/version", f"--request-timeout={SERVER_SECONDS}s")
    except Missing as error:
        message = f"CLUSTER={given}: its server does not answer\n{error}"
        raise Missing(message) from error


def own_kubeconfig(given: Path, folder: Path) -> Path:
    """The current context alone, in one file with all that it refers to: the given one may name files beside it."""
    text = kubectl(given, "config", "view", "--raw", "--minify", "--flatten")
    (cluster,) = yaml.safe_load(text)["clusters"]
    say(f"  context {yaml.safe_load(text)['current-context']} at {cluster['cluster']['server']}")
    folder.mkdir(exist_ok=True)
    kubeconfig = folder / "kubeconfig"
    kubeconfig.touch(mode=0o600)
    kubeconfig.write_text(text)
    return kubeconfig


def furnish(name: str, kubeconfig: Path, folder: Path = local.FOLDER) -> local.Cluster:
    """CRDs, gateway, Prometheus, and the source that names it."""
    with step("Installing CRDs"):
        definitions = (*gateway_api_crds(), *sorted((local.ROOT / "crds").glob("*.yaml")))
        left = install(kubeconfig, read(definitions))
        kubectl(kubeconfig, "wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")

    with step("Installing the gateway and Prometheus"):
        left += install(kubeconfig, [*read([MANIFESTS]), metric_source()])

    for found_kind, names in groupby(sorted(left), key=lambda kept: kept[0]):
        say(f"  left as it was found: {found_kind} {', '.join(name for _, name in names)}")

    found = note(name, kubeconfig, folder)
    with step("Waiting for the gateway and Prometheus"):
        for namespace, deployment in (("gateways", "traefik"), ("monitoring", "prometheus")):
            wait_for(kubeconfig, namespace, deployment)

        logs = f"{place(str(kubeconfig))} -n gateways logs deployment/traefik"
        wait_until_programmed(partial(kubectl, kubeconfig), logs)

    return found


def note(name: str, kubeconfig: Path, folder: Path) -> local.Cluster:
    """Remember a cluster for `down`."""
    found = local.Cluster(kind=name, kubeconfig=str(kubeconfig), **ADDRESSES)
    local.keep(found, folder)
    return found


def read(paths: Iterable[Path]) -> list[Object]:
    """Every manifest of some files."""
    return [found for path in paths for found in yaml.load_all(path.read_text(), LOADER) if found]


def install(kubeconfig: Path, manifests: list[Object]) -> list[tuple[str, str]]:
    """Apply what is missing or ours. Returns what is there and someone else's: it is never touched."""
    words = ("get", "-f", "-", "--ignore-not-found", "-o", "json")
    seen = kubectl(kubeconfig, *words, stdin=listed(manifests))
    answer: Object = json.loads(seen or '{"items": []}')
    foreign = {title(found) for found in answer.get("items", [answer]) if not made_here(found)}
    missing = [found for found in manifests if title(found) not in foreign]
    if missing:
        apply = ("apply", "--server-side", f"--field-manager={MANAGER}", "-f", "-")
        kubectl(kubeconfig, *apply, stdin=listed([marked(found) for found in missing]))

    return list(foreign)


def listed(manifests: list[Object]) -> str:
    """Many objects as one."""
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests})


def made_here(found: Object) -> bool:
    return bool((found["metadata"].get("labels") or {}).get(LABEL) == MANAGER)


def marked(found: Object) -> Object:
    metadata = found["metadata"]
    return {**found, "metadata": {**metadata, "labels": {**(metadata.get("labels") or {}), LABEL: MANAGER}}}


def title(found: Object) -> tuple[str, str]:
    """Kind and name, as a person would look for it."""
    metadata = found["metadata"]
    place = f" in {metadata['namespace']}" if "namespace" in metadata else ""
    return found["kind"], f"{metadata['name']}{place}"


def wait_for(kubeconfig: Path, namespace: str, deployment: str) -> None:
    """Wait until a Deployment runs. Raises Missing with what its pods wait for."""
    try:
        kubectl(kubeconfig, "rollout", "status", "-n", namespace, f"deployment/{deployment}", f"--timeout={ROLLOUT}")
    except Missing as error:
        path = "{range .items[*]}{range .status.containerStatuses[*]}{.image}: {.state.waiting.reason}\n{end}{end}"
        why = kubectl(kubeconfig, "get", "pods", "-n", namespace, "-o", f"jsonpath={path}")
        message = (
            f"Everything is installed, but {namespace}/{deployment} does not run after {ROLLOUT}:\n{why or error}\n"
            f"Look at it (kubectl --kubeconfig {kubeconfig} -n {namespace} get pods), and try again"
        )
        raise Missing(message) from error


def metric_source() -> Object:
    """For an operator that runs on this machine."""
    return {
        "apiVersion": "tidegate.dev/v1alpha1",
        "kind": "ClusterMetricSource",
        "metadata": {"name": "default"},
        "spec": {"prometheus": {"address": ADDRESSES["prometheus"]}},
    }


def kubectl(kubeconfig: Path, *words: str, stdin: str | None = None) -> str:
    """The machine's own kubectl, or the one in the stack's binary."""
    command = command_of_kubectl(ours=False)
    return run([*command, "--kubeconfig", kubeconfig, *words], input=stdin)
