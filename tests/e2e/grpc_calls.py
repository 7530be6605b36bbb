"""A gRPC client of the shop's, through the gateway: which version answers a call, and how a call ends."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import grpc

from tests.cluster.local import Cluster
from tests.cluster.repeated import repeated

METHOD = "/grpc.health.v1.Health/Check"
SECONDS = 10.0
PAUSE = 0.01


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls to one host: a connection of its own, which goes to the gateway, and names the host as its authority."""

    channel: grpc.Channel

    @property
    def health_check(self) -> "grpc.UnaryUnaryMultiCallable[bytes, bytes]":
        """The method that every gRPC server has; its messages as plain bytes."""
        return self.channel.unary_unary(METHOD, request_serializer=bytes, response_deserializer=bytes)

    def call(self) -> str:
        """The version that answers a call; its status where it fails."""
        try:
            _, ended = self.health_check.with_call(b"", timeout=SECONDS)
        except grpc.RpcError as error:
            return f"{error.code().name}: {error.details()}"

        return str(dict(ended.initial_metadata())["x-version"])

    def calls(self, count: int) -> Counter[str]:
        """How so many calls end."""
        return Counter(self.call() for _ in range(count))


@contextmanager
def caller(cluster: Cluster, host: str) -> Iterator[Caller]:
    """One who calls a host, with a connection that stays open all along."""
    options = (("grpc.default_authority", host), ("grpc.enable_retries", 0))
    with grpc.insecure_channel(urlsplit(cluster.gateway).netloc, options) as channel:
        yield Caller(channel)


@contextmanager
def calling(found: Caller) -> Iterator[Counter[str]]:
    """Calls without an end beside what a test does, and how they ended."""
    seen: Counter[str] = Counter()

    def call() -> None:
        seen[found.call()] += 1

    with repeated(call, seconds=PAUSE):
        yield seen
