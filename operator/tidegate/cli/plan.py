"""`tidegate plan`: what the steps of a Release can show of a fault, before anything is changed."""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence
from math import inf
from pathlib import Path
from typing import Any

import yaml

from tidegate.api import InvalidSpec, number, parse_spec
from tidegate.clients import CallError, Http, Kube, NoCredentials, credentials
from tidegate.decision.snapshot import Blocked
from tidegate.judge.plan import Expected, share, span
from tidegate.judge.steps import Sight, seen_by
from tidegate.reconcile.judging.foresee import Foreseen, NotForeseen, expected_at, foresee
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.sources.sources import Source
from tidegate.reconcile.world import World
from tidegate.telemetry import Telemetry
from tidegate.watch import Key

SEEN, NOT_SEEN, WRONG = 0, 1, 2
# A person waits longer than an operator, which asks again; an hour of raw counts takes its time.
PATIENCE = "30s"
HEADER = ("STEP", "WEIGHT", "LASTS", "NEEDS", "OR WEIGHT", "BRINGS")
EPILOG = """NEEDS is how long the step would have to be to show the fault alone, OR WEIGHT the least weight that shows
it in the time that it has, BRINGS how much of the evidence comes within the step. Exit code: 0 where the steps
together show the fault for every objective, 1 where they do not, 2 where nothing can be said."""


def main(arguments: Sequence[str]) -> int:
    """Print a table for each objective that counts requests; the exit code tells whether its fault would be seen."""
    options = parsed(arguments)
    try:
        found = list(foreseen_in_file(options)) if options.file else asyncio.run(live(options))
    except (NotForeseen, InvalidSpec, CallError, NoCredentials, OSError, yaml.YAMLError) as error:
        print(f"tidegate plan: {error}", file=sys.stderr)
        return WRONG

    print("\n\n".join(table(name, each) for name, each in found))
    return SEEN if all(seen_by(each.known.sights) for _, each in found) else NOT_SEEN


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line: a Release of the cluster, or a file with the traffic that is expected."""
    parser = argparse.ArgumentParser(prog="tidegate plan", description=__doc__.partition(": ")[2], epilog=EPILOG)
    parser.add_argument("release", nargs="?", help="a Release of the cluster: its last hour is asked for")
    parser.add_argument("-n", "--namespace", help="of the Release; else that of the credentials")
    parser.add_argument("--kubeconfig", type=Path, help="a kubeconfig; else the user's own")
    parser.add_argument("--prometheus", metavar="URL", help="ask here, where the source's address is the cluster's own")
    parser.add_argument("-f", "--file", type=Path, help="a file with Releases, offline; with --rate and --bad")
    parser.add_argument("--rate", type=a_rate, help="requests a second of the whole service")
    parser.add_argument("--bad", type=a_share, help="the share of them that is bad now, as 0.3%% or 0.003")
    options = parser.parse_args(arguments)
    if bool(options.release) is bool(options.file):
        parser.error("name a Release of the cluster, or a file by -f")

    if options.file and (options.rate is None or options.bad is None):
        parser.error("a file needs --rate and --bad: nothing is asked for it")

    if options.release and (options.rate is not None or options.bad is not None):
        parser.error("--rate and --bad are for a file: of a Release they are measured")

    return options


def a_rate(text: str) -> float:
    """Requests a second, above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0

    if not 0 < value < inf:
        message = f"{text!r} is no rate: requests a second, above 0"
        raise argparse.ArgumentTypeError(message)

    return value


def a_share(text: str) -> float:
    """`0.3%` or `0.003`, from 0 to 1."""
    try:
        value = float(number(text))
    except ArithmeticError:
        value = inf

    if not 0 <= value <= 1:
        message = f"{text!r} is no share: as 0.3% or 0.003"
        raise argparse.ArgumentTypeError(message)

    return value


def foreseen_in_file(options: argparse.Namespace) -> Iterator[tuple[str, Foreseen]]:
    """Every objective of every Release in a file. Raises NotForeseen and InvalidSpec."""
    expected = Expected(rps=options.rate, share=options.bad)
    for name, spec in releases(options.file):
        if spec.get("objectivesFrom"):
            message = f"{name}: objectives of a set are known to the cluster alone: name the Release instead of -f"
            raise NotForeseen(message)

        found = list(expected_at(parse_spec(spec), expected))
        if not found:
            message = f"{name}: no objective counts bad requests: errorRatio and slowRequests do"
            raise NotForeseen(message)

        yield from ((name, each) for each in found)


def releases(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The Releases of a file by name. Raises NotForeseen where there is none, or one has no shape."""
    mine = [each for each in objects(file) if each.get("kind") == "Release"]
    if not mine:
        message = f"{file}: there is no Release in it"
        raise NotForeseen(message)

    for each in mine:
        metadata, spec = (each.get(name) or {} for name in ("metadata", "spec"))
        if not isinstance(metadata, dict) or not isinstance(spec, dict):
            message = f"{file}: metadata and spec of a Release must be mappings"
            raise NotForeseen(message)

        yield str(metadata.get("name", "?")), spec


def objects(file: Path) -> list[dict[str, Any]]:
    """The objects of a file, those of a List among them. Raises NotForeseen for what is no text or nested too deep."""
    try:
        found = list(yaml.safe_load_all(file.read_text()))
    except (UnicodeDecodeError, RecursionError) as error:
        message = f"{file}: is no YAML file of Kubernetes objects: {error}"
        raise NotForeseen(message) from None

    lists = [each["items"] for each in found if isinstance(each, dict) and isinstance(each.get("items"), list)]
    return [each for part in (found, *lists) for each in part if isinstance(each, dict)]


async def live(options: argparse.Namespace) -> list[tuple[str, Foreseen]]:
    """Every objective of one Release of the cluster. Raises NotForeseen, CallError and NoCredentials."""
    who = credentials(options.kubeconfig)
    kube, http = Kube(who), Http()
    try:
        world = World(kube, http, http, lambda: 0.0, Telemetry(), reporter="tidegate plan", scope=Scope())
        key = Key(options.namespace or who.namespace, options.release)
        asked = source_at(options.prometheus, world) if options.prometheus else None
        found = await foresee(key, world, Channel(http, world.telemetry), asked=asked)
    finally:
        await kube.close()
        await http.close()

    return [("/".join(key), each) for each in found]


def source_at(url: str, world: World) -> Source:
    """A Prometheus that asks for no credentials. Raises NotForeseen."""
    asked = {"prometheus": {"address": url, "timeout": PATIENCE}}
    found = world.sources.of({"metadata": {"name": url}, "spec": asked}, f"--prometheus {url}")
    if isinstance(found, Blocked):
        raise NotForeseen(found.sentence)

    return found


def table(release: str, found: Foreseen) -> str:
    """One objective's table, with what it rests on above and what follows below."""
    expected = found.known.around.expected
    if expected is None:
        return f"{release}, {found.name}: stable had no request in the last hour ({found.counted}): nothing to foresee"

    head = f"{release}, {found.name}: {expected.rps:.3g} requests/s, {share(expected.share)} bad ({found.counted})"
    if not expected.share:
        return f"{head}\nnone of them is bad: there is nothing to multiply, and the bound alone is judged"

    worse, more = found.known.fault.worse, share(found.known.fault.worse * expected.share)
    if not found.known.fault.possible(expected):
        return f"{head}\n{worse:.3g} times as many would be more than all of them, and the bound alone is judged"

    if not found.known.sights:
        return f"{head}\nno step gives both sides a share of the traffic: nothing is foreseen before full weight"

    fault = f"to be seen: {worse:.3g} times as many, {share(expected.share)} → {more} bad"
    rows = [HEADER, *map(row, found.known.sights)]
    return "\n".join((head, f"{fault}; {slowed(found)}", "", *aligned(rows), "", conclusion(found)))


def slowed(found: Foreseen) -> str:
    """What the hour says of bursts."""
    comparison = found.known.judge.comparison
    why = "too little is known of bursts: taken as usual" if comparison.thin else "bursts as measured"
    return f"{why}, evidence grows {comparison.dispersion:.3g} times slower" if comparison.dispersion > 1 else why


def row(sight: Sight) -> tuple[str, ...]:
    """A step as cells."""
    step = sight.step
    lasts = "until promoted" if step.seconds == inf else span(step.seconds)
    needs = "for ever" if sight.needed == inf else span(sight.needed)
    mended = "" if not sight.short else f"{sight.enough} %" if sight.enough else "none"
    brings = "all" if sight.brings == inf else f"{sight.brings:.0%}"
    return step.name, share(step.weight), lasts, needs, mended, brings


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows as lines, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for cells in rows:
        yield "   ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def conclusion(found: Foreseen) -> str:
    """Where the fault is seen, and which steps are too short alone."""
    last = seen_by(found.known.sights)
    then = "each waits longer, for a pass (advanceOn)" if found.waits else "it would be promoted"
    seen = f"seen in {last}" if last else f"not seen by all steps together: {then}"
    short = ", ".join(sight.step.name for sight in found.known.sights if sight.short)
    return f"{seen}; too short alone: {short}" if short else seen
