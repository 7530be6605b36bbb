"""What a test leaves behind: nothing that a gateway, a controller or an operator goes on looking at."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from kubernetes.client.exceptions import ApiException

from tests.cluster.api import AUTOSCALERS, GRPC_ROUTES, INGRESSES, RELEASES, ROUTES, TRAEFIK_SERVICES, Api

LOOKED_AT = (AUTOSCALERS, ROUTES, GRPC_ROUTES, INGRESSES, TRAEFIK_SERVICES)


@contextmanager
def passing(api: Api, name: str) -> Iterator[str]:
    """A namespace that costs those who come later nothing: each route is a part of the gateway's every load."""
    yield api.namespace(name)
    leave(api, name)


def leave(api: Api, namespace: str) -> None:
    """Its Releases go first, which would make their routes anew, and without a hand-back: no operator may be there."""
    api.delete_all(RELEASES, namespace)
    for found in api.all(RELEASES, namespace):
        with gone_already():
            api.merge(RELEASES, namespace, found["metadata"]["name"], {"metadata": {"finalizers": None}})

    for kind in LOOKED_AT:
        with gone_already():
            api.delete_all(kind, namespace)


@contextmanager
def gone_already() -> Iterator[None]:
    """What is not there, or of a kind that a test took away, need not go."""
    try:
        yield
    except ApiException as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
