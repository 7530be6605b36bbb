"""Looking up names: a name server that hangs keeps waiting who asks for its names, and nobody else."""

import asyncio
import socket
from collections.abc import Sequence
from functools import partial

from aiohttp.abc import AbstractResolver, ResolveResult

from .threads import in_own_thread

NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
NUMERIC_NAME = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
# Family, kind, protocol, canonical name, and the address.
Address = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
Found = tuple[int, int, int, str, Address]
Wanted = tuple[str, int | str, int]


class Names(AbstractResolver):
    """Asks for each name in a thread of its own, and once for all who want it then: as many threads as names hang."""

    def __init__(self) -> None:
        self._under_way: dict[Wanted, asyncio.Task[Sequence[Found]]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name, as aiohttp asks for them. Raises OSError."""
        return [
            ResolveResult(hostname=host, host=_numeric(address), port=port, family=kind, proto=protocol, flags=NUMERIC)
            for kind, _, protocol, _, address in await self.look_up(host, port, family)
        ]

    async def look_up(self, host: str, port: int | str, family: int = socket.AF_UNSPEC) -> Sequence[Found]:
        """What the system says of a name. Raises OSError, and NotSent where it cannot be asked."""
        wanted = (host, port, family)
        if wanted not in self._under_way:
            task = asyncio.create_task(in_own_thread(partial(_asked, *wanted)))
            self._under_way[wanted] = task
            task.add_done_callback(partial(self._ended, wanted))

        return await asyncio.shield(self._under_way[wanted])

    def _ended(self, wanted: Wanted, task: asyncio.Task[Sequence[Found]]) -> None:
        del self._under_way[wanted]
        if not task.cancelled():
            # Seen here too: whoever wanted it may not wait any more.
            task.exception()

    async def close(self) -> None:
        """Wait for no name any more."""
        for task in self._under_way.values():
            task.cancel()


def _asked(host: str, port: int | str, family: int) -> Sequence[Found]:
    return socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)


def _numeric(address: Address) -> str:
    """As it is connected to: a link-local one of IPv6 needs its interface."""
    scoped = len(address) == 4 and address[3]
    return socket.getnameinfo(address, NUMERIC_NAME)[0] if scoped else str(address[0])
