"""Equal questions of many Releases are one for a moment, and each answer tells of the time when it was asked for."""

import asyncio
import ssl
import weakref
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from tidegate.clients import Ask, AskFailed, Reply
from tidegate.reconcile.sources.channel import Channel
from tidegate.reconcile.sources.recent import Heard, Recent
from tidegate.telemetry import Telemetry

START = datetime(2026, 1, 1, tzinfo=UTC)
TEN, HOUR = timedelta(seconds=10), timedelta(hours=1)
DEAD = "http://dead:9090"


@dataclass(slots=True)
class Sources:
    """Sources that count what they are asked; one of them is dead, and all are slow once `open` is cleared."""

    open: asyncio.Event = field(default_factory=asyncio.Event)
    sent: int = 0
    now: datetime = START

    def __post_init__(self) -> None:
        self.open.set()

    async def send(self, ask: Ask) -> Reply:
        self.sent += 1
        await self.open.wait()
        if ask.url == DEAD:
            message = "connection refused"
            raise AskFailed(message)

        return Reply(200, b"%d" % self.sent)


def recent(sources: Sources) -> Recent:
    return Recent(Channel(sources, Telemetry()), lambda: sources.now)


def ask(url: str = "http://here:9090", text: bytes = b"sum(up)") -> Ask:
    return Ask(url=url, seconds=1, body=text, source="here")


@pytest.mark.parametrize(
    ("interval", "later", "sent"),
    [
        pytest.param(TEN, 0.0, 1, id="at once"),
        pytest.param(TEN, 1.0, 1, id="a tenth of the interval later"),
        pytest.param(TEN, 1.001, 2, id="more than a tenth later"),
        pytest.param(timedelta(seconds=1), 0.1, 1, id="a tenth of a short interval later"),
        pytest.param(timedelta(seconds=1), 0.101, 2, id="more than a tenth of a short interval later"),
        pytest.param(HOUR, 1.001, 2, id="more than a second later, however long the interval"),
        pytest.param(TEN, -0.001, 2, id="before, as a clock that was set back says"),
    ],
)
async def test_an_answer_serves_who_asks_the_same_within_a_tenth_of_the_interval(
    interval: timedelta, later: float, sent: int
) -> None:
    sources = Sources()
    asking = recent(sources)
    await asking.ask(ask(), interval)
    sources.now += timedelta(seconds=later)

    heard = await asking.ask(ask(), interval)

    assert sources.sent == sent
    assert heard == Heard(Reply(200, b"%d" % sent), START if sent == 1 else sources.now)


async def test_other_words_and_another_source_are_another_question() -> None:
    sources = Sources()
    asking = recent(sources)

    await asyncio.gather(*(asking.ask(found, TEN) for found in (ask(), ask(text=b"sum(down)"), ask("http://there"))))

    assert sources.sent == 3


async def test_an_answer_under_way_tells_of_the_time_when_it_was_asked_for_first() -> None:
    sources = Sources()
    sources.open.clear()
    asking = recent(sources)
    first = asyncio.create_task(asking.ask(ask(), TEN))
    await asyncio.sleep(0)
    sources.now += timedelta(seconds=5)
    second = asyncio.create_task(asking.ask(ask(), TEN))
    await asyncio.sleep(0)
    sources.open.set()

    assert {heard.asked_at for heard in await asyncio.gather(first, second)} == {START}
    assert sources.sent == 1


async def test_who_gives_up_waiting_takes_the_answer_from_nobody_else() -> None:
    sources = Sources()
    sources.open.clear()
    asking = recent(sources)
    first, second = (asyncio.create_task(asking.ask(ask(), TEN)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    sources.open.set()

    assert (await second).reply.body == b"1"


async def test_a_failure_serves_nobody_who_asks_later() -> None:
    sources = Sources()
    asking = recent(sources)

    for _ in range(2):
        with pytest.raises(AskFailed):
            await asking.ask(ask(DEAD), TEN)

    assert sources.sent == 2


async def test_nothing_of_an_answer_is_kept_that_serves_nobody_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tidegate.reconcile.sources.recent.LONGEST", timedelta())
    asking, trusted = recent(Sources()), ssl.create_default_context()
    kept = weakref.ref(trusted)

    await asking.ask(replace(ask(), tls=trusted), TEN)
    del trusted
    await asyncio.sleep(0.01)

    assert kept() is None
