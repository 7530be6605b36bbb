"""Calls to an API server over one session: each with a timeout, a size limit and a named failure."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec

from .credentials import Credentials
from .errors import Expired, Unavailable, error_for

Object = dict[str, Any]
Observer = Callable[[str, str, int, float], None]

CALL_SECONDS = 10
# Connections for calls, beside those that streams hold for ever.
CALLS_AT_ONCE = 48
# A rollback must not wait for a handshake; the server keeps idle connections for 90 s.
KEPT_SECONDS = 75
# Bookmarks come about once a minute: a stream that is silent for longer is dead.
SILENT_SECONDS = 70
PAGE = 500
LARGEST_ANSWER = 64 * 2**20
LARGEST_EVENT = 8 * 2**20
JSON = "application/json"
# Of a Secret that is only looked for, nothing but its name and version leaves the API server.
METADATA = f"{JSON};as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
METADATA_LIST = f"{JSON};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of object and where its collection is; `view` tells two selections of one kind apart."""

    api: str
    plural: str
    kind: str
    namespaced: bool = True
    view: str = ""

    @property
    def key(self) -> str:
        """The name of this selection of objects."""
        return f"{self.plural}/{self.view}" if self.view else self.plural

    @property
    def group(self) -> str:
        """The API group; the core's is empty."""
        return self.api.rpartition("/")[0]

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        """The path of a collection or of one object."""
        root = "/api/v1" if self.api == "v1" else f"/apis/{self.api}"
        scope = f"/namespaces/{namespace}" if namespace and self.namespaced else ""
        return f"{root}{scope}/{self.plural}" + (f"/{name}" if name else "")


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a watch."""

    type: str
    object: Object


def whole(found: Object) -> Object:
    """Keep all of an object."""
    return found


def nobody(verb: str, resource: str, status: int, seconds: float) -> None:
    """Count nothing."""


def session_for(
    who: Credentials, *, headers: Mapping[str, str] | None = None, streams: int = 16
) -> aiohttp.ClientSession:
    """A session that keeps connections to one API server and is shared by all callers. TLS is set per connector."""
    connector = aiohttp.TCPConnector(
        limit=CALLS_AT_ONCE + streams, ssl=who.tls or False, keepalive_timeout=KEPT_SECONDS
    )
    timeout = aiohttp.ClientTimeout(total=CALL_SECONDS, sock_connect=5)
    return aiohttp.ClientSession(connector=connector, timeout=timeout, read_bufsize=2**20, headers=headers)


class Kube:
    """A client of one API server, which can hold so many watches beside its calls."""

    def __init__(self, who: Credentials, *, observer: Observer = nobody, streams: int = 16) -> None:
        self._who = who
        self._observer = observer
        self._session = session_for(who, streams=streams)
        self._pages_at_once = asyncio.Semaphore(2)

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def call(
        self,
        verb: str,
        path: str,
        *,
        body: object = None,
        content: str = JSON,
        accept: str = JSON,
        params: Mapping[str, str] | None = None,
    ) -> Object:
        """One request and its decoded answer. Raises a CallError by what the caller should do."""
        started = time.monotonic()
        data = msgspec.json.encode(body) if body is not None else None
        kinds = {"Accept": accept} | ({"Content-Type": content} if data is not None else {})
        status = 0
        try:
            headers = {**self._who.headers(), **kinds}
            address = self._who.server + path
            async with self._session.request(verb, address, data=data, headers=headers, params=params) as answer:
                status = answer.status
                return _decoded(await _bounded(answer), status, call=f"{verb} {path}", headers=answer.headers)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            sentence = str(error) or type(error).__name__
            raise Unavailable(status, sentence, call=f"{verb} {path}") from error
        finally:
            self._observer(verb, path, status, time.monotonic() - started)

    async def list_all(
        self,
        kind: Kind,
        namespace: str | None = None,
        *,
        keep: Callable[[Object], Object] = whole,
        selector: str = "",
        fields: str = "",
        accept: str = JSON,
    ) -> tuple[list[Object], str]:
        """What is to `keep` of every object of a kind, or of one namespace, and the list's resourceVersion.

        Two pages at a time over all kinds, trimmed at once: what is not kept is never there together.
        410 between pages starts again.
        """
        while True:
            try:
                return await self._pages(kind.path(namespace), keep, _selectors(selector, fields), accept)
            except Expired:
                await asyncio.sleep(0.05)

    async def _pages(
        self, path: str, keep: Callable[[Object], Object], selectors: Mapping[str, str], accept: str
    ) -> tuple[list[Object], str]:
        items: list[Object] = []
        params = {"limit": str(PAGE), **selectors}
        while True:
            async with self._pages_at_once:
                page = await self.call("GET", path, params=params, accept=accept)
                items.extend(map(keep, page.get("items") or ()))
                metadata = page["metadata"]
                del page

            if not metadata.get("continue"):
                return items, metadata["resourceVersion"]

            params["continue"] = metadata["continue"]

    async def watch(
        self,
        kind: Kind,
        version: str,
        *,
        namespace: str | None = None,
        selector: str = "",
        fields: str = "",
        accept: str = JSON,
    ) -> AsyncIterator[Event]:
        """Changes since a resourceVersion, until the stream ends or falls silent: a new one goes on from the last.

        An opened stream begins with a bookmark of our own: nothing was missed up to here. Raises for an ERROR in it.
        """
        params = {
            "watch": "1",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": "300",
            **_selectors(selector, fields),
        }
        call = f"WATCH {kind.plural}"
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=SILENT_SECONDS)
        path = kind.path(namespace)
        address = self._who.server + path
        try:
            headers = {**self._who.headers(), "Accept": accept}
            async with self._session.get(address, params=params, headers=headers, timeout=timeout) as answer:
                self._observer("WATCH", path, answer.status, 0)
                if answer.status != 200:
                    _decoded(await _bounded(answer), answer.status, call=call, headers=answer.headers)

                yield Event("BOOKMARK", {"metadata": {"resourceVersion": version}})
                async for line in _lines(answer, call):
                    yield _event(line, call)
        except aiohttp.SocketTimeoutError:
            # A kind without events since the server's start gets no bookmarks, so silence alone is no trouble.
            return
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable(0, str(error) or type(error).__name__, call=call) from error


def _selectors(selector: str, fields: str) -> dict[str, str]:
    labels = {"labelSelector": selector} if selector else {}
    return {**labels, "fieldSelector": fields} if fields else labels


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    """The body, refused beyond the limit: a runaway answer must not take the process with it."""
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            message = f"the answer is larger than {LARGEST_ANSWER} bytes"
            raise Unavailable(answer.status, message, call=answer.method)

    return bytes(body)


def _decoded(body: bytes, status: int, *, call: str, headers: Mapping[str, str]) -> Object:
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        if status < 400:
            raise Unavailable(status, f"the answer is not JSON: {error}", call=call) from error
        found = {}

    if status < 400 and not isinstance(found, dict):
        raise Unavailable(status, "the answer is no object", call=call)

    if status < 400:
        decoded: Object = found
        return decoded

    after = headers.get("Retry-After", "")
    sentence = found.get("message") if isinstance(found, dict) else None
    raise error_for(status, sentence or body[:200].decode(errors="replace"), call=call, retry_after=_seconds(after))


def _seconds(text: str) -> float | None:
    return float(text) if text.isdigit() else None


async def _lines(answer: aiohttp.ClientResponse, call: str) -> AsyncIterator[bytes]:
    rest = bytearray()
    async for chunk in answer.content.iter_any():
        rest += chunk
        *whole, last = rest.split(b"\n")
        if len(last) > LARGEST_EVENT:
            raise Unavailable(200, f"an event is larger than {LARGEST_EVENT} bytes", call=call)

        rest = bytearray(last)
        for line in whole:
            if line:
                yield bytes(line)


def _event(line: bytes, call: str) -> Event:
    try:
        found = msgspec.json.decode(line)
    except msgspec.DecodeError as error:
        raise Unavailable(200, f"an event is not JSON: {error}", call=call) from error

    if found.get("type") == "ERROR":
        status = found.get("object") or {}
        raise error_for(int(status.get("code") or 500), str(status.get("message")), call=call)

    return Event(found["type"], found["object"])
