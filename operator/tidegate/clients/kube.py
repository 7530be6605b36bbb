"""Calls to an API server over one session: each with a timeout, a size limit and a named failure."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

import aiohttp
import msgspec

from .answers import Event, Object, bounded, decoded, event_of, lines
from .credentials import Credentials
from .errors import Expired, Unavailable

Observer = Callable[[str, str, int, float], None]

CALL_SECONDS = 10
# Connections for calls, beside those that streams hold for ever.
CALLS_AT_ONCE = 64
# A rollback must not wait for a handshake; the server keeps idle connections for 90 s.
KEPT_SECONDS = 75
# Bookmarks come about once a minute: a stream that is silent for longer is dead.
SILENT_SECONDS = 70
PAGE = 500
# A list whose pages expire each time is for the caller to try later: every try costs the server its first pages.
EXPIRED_PAUSES = (0.05, 0.5)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How many seconds a call may take, and whether it goes `anew` over a connection of its own."""

    seconds: float = CALL_SECONDS
    anew: bool = False


USUAL = Patience()


def whole(found: Object) -> Object:
    """Keep all of an object."""
    return found


def nobody(verb: str, resource: str, status: int, seconds: float) -> None:
    """Count nothing."""


def session_for(
    who: Credentials, *, headers: Mapping[str, str] | None = None, streams: int = 16
) -> aiohttp.ClientSession:
    """A session that keeps connections to one API server, and no cookies, for all callers. TLS is set per connector."""
    connector = aiohttp.TCPConnector(
        limit=CALLS_AT_ONCE + streams, ssl=who.tls or False, keepalive_timeout=KEPT_SECONDS
    )
    limit = _within(CALL_SECONDS)
    jar = aiohttp.DummyCookieJar()
    return aiohttp.ClientSession(
        connector=connector, timeout=limit, read_bufsize=2**20, headers=headers, cookie_jar=jar
    )


def unkept_session_for(who: Credentials) -> aiohttp.ClientSession:
    """A session that opens a connection for every call: for the few that must not wait for one that went silent."""
    connector = aiohttp.TCPConnector(ssl=who.tls or False, force_close=True)
    limit, jar = _within(CALL_SECONDS), aiohttp.DummyCookieJar()
    return aiohttp.ClientSession(connector=connector, timeout=limit, cookie_jar=jar)


class Kube:
    """A client of one API server, which can hold so many watches beside its calls."""

    def __init__(self, who: Credentials, *, observer: Observer = nobody, streams: int = 16) -> None:
        self._who = who
        self._observer = observer
        self._session = session_for(who, streams=streams)
        self._unkept = unkept_session_for(who)
        self._pages_at_once = asyncio.Semaphore(2)

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()
        await self._unkept.close()

    async def call(
        self,
        verb: str,
        path: str,
        *,
        body: object = None,
        content: str = JSON,
        accept: str = JSON,
        params: Mapping[str, str] | None = None,
        patience: Patience = USUAL,
    ) -> Object:
        """One request and its decoded answer. Raises a CallError by what the caller should do.

        A connection without an answer in time is closed.
        """
        started = time.monotonic()
        data = msgspec.json.encode(body) if body is not None else None
        kinds = {"Accept": accept} | ({"Content-Type": content} if data is not None else {})
        status = 0
        try:
            headers = {**self._who.headers(), **kinds}
            address = self._who.server + path
            session, limit = self._unkept if patience.anew else self._session, _within(patience.seconds)
            async with session.request(
                verb, address, data=data, headers=headers, params=params, timeout=limit
            ) as answer:
                status = answer.status
                return decoded(await bounded(answer), status, call=f"{verb} {path}", headers=answer.headers)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            sentence = str(error) or type(error).__name__
            raise Unavailable(status, sentence, call=f"{verb} {path}") from error
        finally:
            self._observer(verb, path, status, time.monotonic() - started)

    async def text(self, path: str, *, params: Mapping[str, str], largest: int, seconds: float) -> str:
        """The beginning of an answer that is no object; what is longer is cut off. Raises a CallError."""
        call, status, body = f"GET {path}", 0, bytearray()
        started, address = time.monotonic(), self._who.server + path
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=seconds)
        try:
            async with self._session.get(
                address, params=params, headers=self._who.headers(), timeout=timeout
            ) as answer:
                status = answer.status
                if status != 200:
                    decoded(await bounded(answer), status, call=call, headers=answer.headers)

                async for chunk in answer.content.iter_chunked(largest):
                    body += chunk
                    if len(body) >= largest:
                        break
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable(status, str(error) or type(error).__name__, call=call) from error
        finally:
            self._observer("GET", path, status, time.monotonic() - started)

        return bytes(body[:largest]).decode(errors="replace")

    async def list_all(
        self,
        kind: Kind,
        namespace: str | None = None,
        *,
        keep: Callable[[Object], Object | None] = whole,
        selector: str = "",
        fields: str = "",
        accept: str = JSON,
    ) -> tuple[list[Object], str]:
        """What is to `keep` of every object of a kind, or of one namespace, and the list's resourceVersion.

        An object of which nothing is to be kept is left out.

        Two pages at a time over all kinds, trimmed at once: what is not kept is never there together.
        410 between pages starts again; raises Expired where that happens again and again.
        """
        path, selectors = kind.path(namespace), _selectors(selector, fields)
        for pause in EXPIRED_PAUSES:
            try:
                return await self._pages(path, keep, selectors, accept)
            except Expired:
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads lists

        return await self._pages(path, keep, selectors, accept)

    async def _pages(
        self, path: str, keep: Callable[[Object], Object | None], selectors: Mapping[str, str], accept: str
    ) -> tuple[list[Object], str]:
        items: list[Object] = []
        params = {"limit": str(PAGE), **selectors}
        while True:
            async with self._pages_at_once:
                page = await self.call("GET", path, params=params, accept=accept)
                items.extend(kept for kept in map(keep, page.get("items") or ()) if kept is not None)
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

        Raises for an ERROR in it.
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
                    decoded(await bounded(answer), answer.status, call=call, headers=answer.headers)

                async for line in lines(answer, call):
                    yield event_of(line, call)
        except aiohttp.SocketTimeoutError:
            # A kind without events since the server's start gets no bookmarks, so silence alone is no trouble.
            return
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable(0, str(error) or type(error).__name__, call=call) from error


def _within(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds, sock_connect=min(5, seconds))


def _selectors(selector: str, fields: str) -> dict[str, str]:
    labels = {"labelSelector": selector} if selector else {}
    return {**labels, "fieldSelector": fields} if fields else labels
