"""`make demo`: five versions of a shop under traffic; two are good, three are rolled back by themselves."""

import os
import secrets
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

from tests.cluster import kubectl, local, network
from tests.cluster.__main__ import show
from tests.cluster.api import NAMESPACES, RELEASES, ROUTES, Api, Object
from tests.cluster.choice import choose
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.cluster.page_server import Page, PageServer, scrape
from tests.cluster.progress import Missing, say, step
from tests.cluster.whole import bring_up, take_down

from .counts import seen_by_pods
from .load import Load
from .result import Result, VersionResult, account
from .screen import Screen
from .shop import HOST, NAME, NAMESPACE, PAGE, VERSIONS, Version, judged_by_numbers, judged_by_page, release
from .takeover import take_over

PER_SECOND = 50
VERSION_SECONDS = 120.0
# Prometheus asks every second: the last answers are counted by then.
LAST_SCRAPE_SECONDS = 2.5
# Who counts: a Prometheus, or Tidegate itself on the gateway's page.
SCRAPES = os.environ.get("METRICS") == "scrape"
RESULT = local.ROOT / ".demo" / "result.json"
LOG = local.ROOT / ".demo" / "operator.log"


def main() -> None:
    """Run the demo and tell whether everything was as it must be."""
    started = time.monotonic()
    network.speak_directly()
    try:
        result = demonstrate()
    except Missing as error:
        sys.exit(f"\n{error}")

    result.write(RESULT)
    print(f"\n{result.table()}\n\nAs JSON: {RESULT}\nThe demo took {time.monotonic() - started:.0f} s")
    if complaints := result.complaints():
        sys.exit("NOT as it must be:\n  " + "\n  ".join(complaints))


def demonstrate() -> Result:
    """Bring the cluster up, put out every version, and take it down again."""
    choice = choose()
    say(f"Cluster: {choice.kind} ({choice.why})")
    kept = os.environ.get("KEEP") == "1" or local.current() is not None
    cluster = bring_up(choice)
    show(cluster)
    kubeconfig = local.operator_kubeconfig(cluster)
    operator = Operator(folder=local.operators().folder, kubeconfig=kubeconfig, flags=())
    try:
        with step("Starting Tidegate"):
            operator.start()

        api = Api(Path(cluster.kubeconfig))
        result = put_out_every_version(api, cluster)
        if cluster.kind == local.Nodes.SIMULATED.value:
            say("The takeover of a Deployment is skipped: it needs real pods (Linux and root)")
            return result

        return replace(result, takeover=take_over(api, cluster))
    finally:
        operator.stop()
        LOG.parent.mkdir(exist_ok=True)
        shutil.copyfile(operator.log, LOG)
        if kept:
            say(f"The cluster stays up; try: {kubectl.place(cluster.kubeconfig)} get releases -A")
        else:
            say(take_down())


def put_out_every_version(api: Api, cluster: local.Cluster) -> Result:
    """One version after the other, with traffic all the time from the first one on."""
    begin_afresh(api)
    if cluster.kind == local.Nodes.SIMULATED.value:
        return put_out_simulated(api)

    if SCRAPES:
        scrape(api, NAMESPACE, page_of(cluster), name=PAGE)

    screen, load, run = Screen(), Load(cluster.gateway, HOST, PER_SECOND), secrets.token_hex(4)
    results, begun = [], []
    for version in VERSIONS:
        screen.title(f"{version.name}: {version.story}")
        begun.append(time.time())
        manifest = release(version, run)
        results.append(put_out(api, screen, version, judged_by_page(manifest) if SCRAPES else manifest))
        if version is VERSIONS[0]:
            load.start()

    load.stop()
    time.sleep(LAST_SCRAPE_SECONDS)
    return account(load, results, begun, seen_by_pods(cluster.prometheus, run))


def page_of(cluster: local.Cluster) -> str:
    """Where the gateway tells what it counts."""
    if not cluster.gateway_metrics:
        message = "METRICS=scrape: the page of this cluster's gateway is not known: `make down` first"
        raise Missing(message)

    return f"{cluster.gateway_metrics}/metrics"


def put_out_simulated(api: Api) -> Result:
    """Simulated pods serve nothing: the metric source is driven instead, and what needs single pods is skipped."""
    say("Pods are simulated: there is no traffic; the metric source says what each version's errors are")
    screen, run, results = Screen(), secrets.token_hex(4), []
    with MetricServer() as metrics, PageServer(NAMESPACE, NAME) as page:
        metrics.declare(api, NAMESPACE)
        page.declare(api, NAMESPACE, PAGE)
        for version in VERSIONS:
            screen.title(f"{version.name}: {version.story}")
            if version.needs_pods:
                screen.say("skipped: it needs real pods (Linux and root)")
                continue

            bad = float(version.behaviour.get("ERROR_RATE", 0))
            metrics.says, page.page = Answer(value=bad), Page(candidate=bad)
            manifest = judged_by_numbers(release(version, run))
            results.append(
                put_out(api, screen, version, judged_by_page(release(version, run)) if SCRAPES else manifest)
            )

    return Result(simulated=True, versions=results)


def begin_afresh(api: Api) -> None:
    """A namespace without an earlier run's Release."""
    if api.find(NAMESPACES, None, NAMESPACE) is None:
        api.namespace(NAMESPACE)
    elif api.find(RELEASES, NAMESPACE, NAME):
        api.delete(RELEASES, NAMESPACE, NAME)
        api.gone(RELEASES, NAMESPACE, NAME)


def put_out(api: Api, screen: Screen, version: Version, manifest: Object) -> VersionResult:
    """Apply a version as Git would, and watch until its rollout has ended."""
    before = (api.find(RELEASES, NAMESPACE, NAME) or {}).get("status") or {}
    known = {rollout["revision"] for rollout in before.get("history") or ()}
    applied = api.apply(RELEASES, manifest, manager="git")
    started, deciding = time.monotonic(), None
    for found in api.follow(RELEASES, NAMESPACE, NAME, VERSION_SECONDS):
        route = api.find(ROUTES, NAMESPACE, NAME)
        screen.show(found, route["spec"]["rules"][0]["backendRefs"][1]["weight"] if route else 0)
        status = found.get("status") or {}
        if status.get("observedGeneration", -1) < applied["metadata"]["generation"]:
            continue

        newest: Object = next(iter(status.get("history") or ()), {})
        fresh = newest.get("revision") not in known
        if fresh and deciding is None and status["phase"] in {"Promoting", "RollingBack", "Promoted", "RolledBack"}:
            deciding = time.monotonic() - started

        if fresh and status["phase"] in {"Promoted", "RolledBack"}:
            return VersionResult(
                version=version.name,
                outcome=newest["outcome"],
                reason=newest["reason"],
                seconds=round(deciding or time.monotonic() - started, 1),
            )

    message = f"{version.name} did not end within {VERSION_SECONDS:g} s"
    raise Missing(message)


if __name__ == "__main__":
    main()
