"""An object that cannot be read ends no watch and hides no other: it is told of, and the others are kept."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from tests.unit.clients.test_kube import served
from tests.unit.reconcile.seen.test_sides import empty_world
from tests.unit.reconcile.test_garbled import SPEC as GARBLED
from tests.unit.reconcile.test_garbled import seen
from tidegate.api import Ask, InvalidSpec
from tidegate.clients import Http, Kind
from tidegate.decision import decide
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.reconcile import kinds
from tidegate.reconcile.observe import observe
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.world import World
from tidegate.telemetry import Telemetry
from tidegate.watch import Key

SPEC: dict[str, Any] = {
    "template": {"spec": {}},
    "service": {"port": 80},
    "traffic": {"gateway": {"parentRefs": [{"name": "public"}]}},
}
# No trim expects it, and no API server would send it.
UNEXPECTED = {"managedFields": ["x"]}


def made(name: str, version: int, spec: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    whose = {"name": name, "namespace": "shop", "uid": name, "resourceVersion": str(version), "generation": 1}
    return {"metadata": {**whose, "creationTimestamp": f"2026-01-0{version}T00:00:00Z", **metadata}, "spec": spec}


@asynccontextmanager
async def followed(kind: Kind, listed: list[str], told: list[str]) -> AsyncIterator[World]:
    """A world that has listed these objects of a kind, each as JSON, and heard that those were added since."""
    done = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        if "watch" not in request.query:
            return web.Response(text=f'{{"metadata": {{"resourceVersion": "5"}}, "items": [{", ".join(listed)}]}}')

        response = web.StreamResponse()
        await response.prepare(request)
        for line in told:
            await response.write(f'{{"type": "ADDED", "object": {line}}}\n'.encode())

        await done.wait()
        return response

    http = Http()
    await http.close()
    async with served(answer) as kube:
        world = World(kube, http, http, lambda: 15.0, Telemetry(), reporter="test", scope=Scope())
        reflector = next(found for found in world.reflectors if found.name == kind.key)
        task = asyncio.create_task(reflector.run())
        while not task.done() and world.store(kind).get(Key("shop", "last")) is None:
            await asyncio.sleep(0.005)

        assert not task.done(), task.exception()
        yield world
        task.cancel()
        done.set()


def accidents(world: World, what: str) -> float | None:
    return world.telemetry.registry.get_sample_value("tidegate_accidents_total", {"what": what})


async def test_releases_that_cannot_be_trimmed_are_kept_and_told_as_invalid_while_the_others_go_on() -> None:
    listed = [json.dumps(made("old", 1, SPEC, **UNEXPECTED)), json.dumps(made("good", 2, SPEC))]
    told = [json.dumps(made("new", 6, SPEC, **UNEXPECTED)), json.dumps(made("last", 7, SPEC))]

    async with followed(kinds.RELEASES, listed, told) as world:
        for name in ("old", "new"):
            with pytest.raises(InvalidSpec, match=r"^spec: cannot be read: AttributeError"):
                observe(Key("shop", name), world)

        assert observe(Key("shop", "good"), world)
        assert len(world.store(kinds.RELEASES).of(("shop", ""))) == 4
        assert accidents(world, "reading releases") == 2


async def test_another_object_that_cannot_be_trimmed_is_left_out_and_counted() -> None:
    listed = [json.dumps(made("changed", 1, {})), json.dumps(made("bad", 2, {}, **UNEXPECTED))]
    told = [json.dumps(made("changed", 6, {}, **UNEXPECTED)), json.dumps(made("last", 7, {}))]

    async with followed(kinds.DEPLOYMENTS, listed, told) as world:
        assert [found["metadata"]["name"] for found in world.store(kinds.DEPLOYMENTS)] == ["last"]
        assert accidents(world, "reading deployments") == 2


MISSHAPEN: dict[str, Any] = {
    "path as text": {"path": "/api"},
    "headers as a map": {"headers": {"x-user": "beta"}},
    "a header as text": {"headers": ["x-user"]},
    "the type of a path as a list": {"path": {"type": ["Exact"], "value": "/"}},
    "query parameters as text": {"queryParams": "q"},
    "a match as text": "x",
}


@pytest.mark.parametrize("name", MISSHAPEN)
def test_a_release_with_a_misshapen_match_is_found_by_all_that_can_be_read_of_it(name: str) -> None:
    gateway = {**SPEC["traffic"]["gateway"], "rules": [{"matches": [MISSHAPEN[name]]}]}
    found = made("web", 1, {**SPEC, "traffic": {"gateway": gateway}})

    claimed = set(kinds.claims({**found, "spec": json.dumps(found["spec"]).encode()}))

    assert {("shop", ""), ("joined", "shop-web")} <= claimed


@pytest.mark.parametrize("name", MISSHAPEN)
def test_an_abort_is_obeyed_whatever_a_match_has_become(name: str) -> None:
    gateway = {**GARBLED["traffic"]["gateway"], "rules": [{"matches": [MISSHAPEN[name]]}]}
    spec = {**GARBLED, "traffic": {"gateway": gateway}}

    look = seen({}, spec=spec, asks={Ask.ABORT.annotation: "1"})

    assert look.blocked is not None
    assert look.blocked.sentence.startswith("spec.traffic.gateway.rules[0].matches[0]")
    assert decide(look).reason is Reason.ABORTED


@pytest.mark.parametrize("levels", [70, 500, 860, 5_000])
async def test_a_release_that_is_nested_too_deep_is_told_so_and_the_others_are_read(levels: int) -> None:
    template = f'{{"spec": {"[" * levels}{"]" * levels}}}'
    listed = json.dumps(made("listed", 1, {**SPEC, "template": "?"})).replace('"?"', template)
    told = json.dumps(made("told", 6, {**SPEC, "template": "?"})).replace('"?"', template)

    async with followed(kinds.RELEASES, [listed], [told, json.dumps(made("last", 7, SPEC))]) as world:
        for name in ("listed", "told"):
            seen = observe(Key("shop", name), world)
            assert seen is not None
            blocked = Blocked(
                reason=Reason.INVALID_SPEC, sentence="spec.template: must be nested at most 64 levels deep"
            )
            assert seen.snapshot.blocked == blocked


TEMPLATES: dict[str, tuple[Any, str]] = {
    "labels as a list": ({"metadata": {"labels": [{"app": "web"}]}}, "metadata.labels must be an object"),
    "labels as text": ({"metadata": {"labels": "app"}}, "metadata.labels must be an object"),
    "annotations as text": ({"metadata": {"annotations": "x"}}, "metadata.annotations must be an object"),
    "metadata as text": ({"metadata": "x"}, "metadata must be an object"),
    "a spec as a list": ({"spec": ["x"]}, "spec must be an object"),
    "text": ("x", "must be an object"),
}


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("router", [GARBLED["traffic"], {"podRatio": {"service": "web"}}, {"nodeRatio": {}}], ids=str)
def test_an_abort_is_obeyed_whatever_the_template_has_become(name: str, router: dict[str, Any]) -> None:
    template, words = TEMPLATES[name]

    look = seen({}, spec={**GARBLED, "template": template, "traffic": router}, asks={Ask.ABORT.annotation: "1"})

    assert look.blocked == Blocked(reason=Reason.INVALID_SPEC, sentence=f"spec.template: {words}")
    assert decide(look).reason is Reason.ABORTED


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_that_cannot_be_read_is_no_new_revision(name: str) -> None:
    look = seen({}, spec={**GARBLED, "template": TEMPLATES[name][0]})

    assert (look.target, look.known) == ("v2", False)


@pytest.mark.parametrize("name", TEMPLATES)
async def test_a_new_release_with_a_template_that_cannot_be_read_says_so(name: str) -> None:
    template, words = TEMPLATES[name]
    world = await empty_world()
    world.keep(kinds.RELEASES, made("web", 1, {**SPEC, "template": template}))

    look = observe(Key("shop", "web"), world)
    assert look is not None
    decision = decide(look.snapshot)

    assert (decision.reason, decision.sentence) == (Reason.INVALID_SPEC, f"spec.template: {words}")
    assert not decision.actions
