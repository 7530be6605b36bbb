"""Which pages a source has now, and one of them read: what it counted, or why it is of no use."""

import asyncio
from collections.abc import Iterator
from http import HTTPStatus

from tidegate.api.names import LABEL_REVISION
from tidegate.clients import AskFailed, Http, NotSent, TooLarge, Unreadable
from tidegate.metrics.answer import NotAsked, Silent, Unusable, refused
from tidegate.metrics.page import Page, read, sieve
from tidegate.metrics.scrape import OfPods, Target, at, at_each
from tidegate.metrics.sifting import Sifting
from tidegate.reconcile import kinds
from tidegate.reconcile.sources.sources import Source
from tidegate.reconcile.world import World
from tidegate.watch import Key

RUNNING = "Running"


async def pages_at(addresses: tuple[str, ...], http: Http, *, each: bool, seconds: float) -> tuple[Target, ...]:
    """The pages at some addresses. Raises AskFailed for a name that is not resolved."""
    if not each:
        return tuple(map(at, addresses))

    found = await asyncio.gather(*(http.addresses_of(url, seconds=seconds) for url in addresses))
    return tuple(target for url, places in zip(addresses, found, strict=True) for target in at_each(url, places))


def pages_of_pods(key: Key, pages: OfPods, revisions: frozenset[str], world: World) -> Iterator[Target]:
    """The pages of a Release's pods that run, of these revisions."""
    for found in world.store(kinds.PODS).of(key):
        metadata, status = found["metadata"], found["status"]
        stays = status["phase"] == RUNNING and "deletionTimestamp" not in metadata
        if stays and status["podIP"] and metadata["labels"].get(LABEL_REVISION) in revisions:
            yield pages.target(metadata["namespace"], metadata["name"], status["podIP"])


async def page_of(target: Target, source: Source, sifting: Sifting, http: Http) -> Page | Unusable:
    """Read a page. Its lines are sifted as they come, and read in a thread: the loop waits for no long page."""
    found = sieve(sifting)
    try:
        reply = await http.send(source.page(target), take=found.take)
    except NotSent as error:
        return NotAsked(str(error))
    except TooLarge as error:
        return Unusable(f"{error}: let it tell fewer series")
    except Unreadable as error:
        return Unusable(str(error))
    except AskFailed as error:
        return Silent(str(error))

    if reply.status != HTTPStatus.OK:
        return refused(reply.status, "")

    return await asyncio.to_thread(read, found, reply.content_type, sifting)
