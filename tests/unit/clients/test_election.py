"""Outside a cluster the one Lease is looked for: nobody leads beside another."""

from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from tests.unit.clients.test_kube import served
from tidegate.clients import NoElection, Timing, electing_namespace, end_beside_another

QUICK = Timing(lasts=0.3, renew=0.2, retry=0.02)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Leases:
    """The Leases of a cluster: who holds each, and whether every look finds it renewed."""

    def __init__(self, holders: dict[str, str], *, renewed: bool = False) -> None:
        self.holders = holders
        self._renewed = renewed
        self._version = 1

    async def answer(self, request: web.Request) -> web.Response:
        self._version += self._renewed
        if "/namespaces/" in request.path:
            return web.json_response(self._lease(request.path.split("/")[5]))

        assert request.query["fieldSelector"] == "metadata.name=tidegate"
        items = [self._lease(namespace) for namespace in self.holders]
        return web.json_response({"metadata": {"resourceVersion": "1"}, "items": items})

    def _lease(self, namespace: str) -> dict[str, object]:
        metadata = {"name": "tidegate", "namespace": namespace, "resourceVersion": str(self._version)}
        spec = {"holderIdentity": self.holders[namespace], "leaseDurationSeconds": 0.3}
        return {"metadata": metadata, "spec": spec}


async def elected(handler: Handler) -> str:
    async with served(handler) as kube:
        return await electing_namespace(kube, "default", timing=QUICK)


@pytest.mark.parametrize(
    ("holders", "namespace"),
    [
        ({}, "default"),
        ({"default": "me"}, "default"),
        ({"tidegate": ""}, "tidegate"),
        ({"tidegate": "killed"}, "tidegate"),
    ],
    ids=["none", "our own", "one that was handed over", "one of a dead holder"],
)
async def test_the_one_lease_of_a_cluster_is_contended_for(holders: dict[str, str], namespace: str) -> None:
    assert await elected(Leases(holders).answer) == namespace


async def test_who_leads_in_another_namespace_is_named_with_what_to_do() -> None:
    with pytest.raises(NoElection) as refused:
        await elected(Leases({"default": "", "tidegate": "pod-1_1"}, renewed=True).answer)

    assert "pod-1_1, by the Lease in namespace tidegate" in str(refused.value)
    assert "kubectl --namespace tidegate scale deployment tidegate --replicas=0" in str(refused.value)


async def test_of_several_leases_a_person_chooses() -> None:
    with pytest.raises(NoElection, match="default, tidegate; choose one's Lease with --namespace"):
        await elected(Leases({"tidegate": "", "default": ""}).answer)


async def test_where_leases_may_not_be_listed_nobody_guesses() -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.json_response({"kind": "Status", "message": "no"}, status=403)

    with pytest.raises(NoElection, match="cannot be seen"):
        await elected(refuse)


async def test_an_operator_that_comes_later_ends_this_one() -> None:
    leases = Leases({"default": "me"}, renewed=True)
    async with served(leases.answer) as kube:
        leases.holders["tidegate"] = "pod-1_1"

        with pytest.raises(NoElection, match="pod-1_1"):
            await end_beside_another(kube, "default", timing=QUICK)
