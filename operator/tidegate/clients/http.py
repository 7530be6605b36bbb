"""Questions over HTTP: one client, a timeout, a size limit and named failures."""

import errno
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

LARGEST_ANSWER = 2**20
FORM = "application/x-www-form-urlencoded"
# Where clouds tell machines their credentials, beside the link-local addresses.
METADATA = frozenset({"fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"})


NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is sent, and how."""

    url: str
    body: bytes
    seconds: float
    headers: Mapping[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whatever its status."""

    status: int
    body: bytes


class AskFailed(Exception):
    """There was no answer: the reason, in words for the status."""


class Http:
    """One session for all who are asked. `guarded`: never connects to where a machine's credentials are."""

    def __init__(self, *, guarded: bool = False, limit: int = 32) -> None:
        connector = aiohttp.TCPConnector(limit=limit, socket_factory=_guarded_socket if guarded else None)
        self._session = aiohttp.ClientSession(connector=connector)

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def ask(self, ask: Ask) -> bytes:
        """The body of a metric source's answer."""
        return _checked(await self.send(ask))

    async def send(self, ask: Ask) -> Reply:
        """The answer. Redirects are not followed: they would carry credentials elsewhere."""
        headers = {"Content-Type": FORM, **ask.headers}
        timeout = aiohttp.ClientTimeout(total=ask.seconds)
        try:
            async with self._session.post(
                ask.url, data=ask.body, headers=headers, timeout=timeout, ssl=ask.tls or True, allow_redirects=False
            ) as answer:
                return Reply(answer.status, await _body(answer))
        except TimeoutError as error:
            message = f"no answer within {ask.seconds:g} s"
            raise AskFailed(message) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise AskFailed(str(error) or type(error).__name__) from error


def _guarded_socket(address: tuple[Any, ...]) -> socket.socket:
    """A socket to an address as it was resolved: a name that changes between a check and its use fools nobody."""
    family, kind, protocol, _, target = address
    if forbidden(target[0]):
        message = f"{target[0]} is link-local, or a machine's metadata service: nothing is sent there"
        raise PermissionError(errno.EACCES, message)

    return socket.socket(family=family, type=kind, proto=protocol)


def forbidden(host: str) -> bool:
    """True for addresses that only a machine itself should ask, also in IPv6's clothes."""
    address = ipaddress.ip_address(host.partition("%")[0])
    found = _inner(address) if isinstance(address, ipaddress.IPv6Address) else address
    return found.is_link_local or found.is_multicast or found.is_unspecified or str(found) in METADATA


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one stands for, by any of its translations."""
    if address in NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])

    return address.ipv4_mapped or address.sixtofour or address


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    """All of the body, however many packets it comes in. Raises AskFailed beyond the limit."""
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            message = f"the answer is larger than {LARGEST_ANSWER} bytes"
            raise AskFailed(message)

    return bytes(body)


def _checked(reply: Reply) -> bytes:
    """Prometheus answers 400 and 422 with words worth reading; anything else that is not 200 is no answer."""
    if reply.status not in {200, 400, 422}:
        message = f"HTTP {reply.status}"
        raise AskFailed(message)

    return reply.body
