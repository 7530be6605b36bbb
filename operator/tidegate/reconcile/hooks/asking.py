"""Asking hooks beside the turns: an answer is remembered, and the next turn decides by it."""

import time

from tidegate.api import Hook, HttpHook, JobHook
from tidegate.api.names import LABEL_HOOK
from tidegate.clients import Ask, AskFailed, CallError, Fenced
from tidegate.decision import Decision
from tidegate.decision.snapshot import Answer, Said
from tidegate.reconcile import kinds
from tidegate.reconcile.effects.ownership import create
from tidegate.reconcile.memory import Asked
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.sources.secrets import SecretUnusable, authorization
from tidegate.reconcile.world import World
from tidegate.sentences import shortened
from tidegate.watch import Identity, Key, Recurring
from tidegate.workloads import Run, job, job_name, variables

from .answers import job_of
from .questions import Question, questions

EVERY_SECONDS = 15.0
LINE_LENGTH = 160
QUESTION = "hook"


class Asking:
    """Asks each open question at once, and again every 15 seconds until it is answered or nobody waits for it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._due = Recurring("asking a hook", self._ask, again=EVERY_SECONDS)
        self._open: dict[str, Question] = {}
        self._of: dict[Key, frozenset[str]] = {}
        world.on_forget(self._forget)

    async def run(self) -> None:
        """Ask until cancelled."""
        await self._due.run()

    def follow(self, key: Key, seen: Seen, decision: Decision) -> None:
        """Take the questions that are open after a recorded decision, and let go of all others."""
        wanted = {question.identity: question for question in questions(seen, decision, self._world)}
        self._drop(key, self._of.pop(key, frozenset()) - wanted.keys())
        if not wanted:
            return

        self._of[key] = frozenset(wanted)
        for identity, question in wanted.items():
            known = identity in self._open
            self._open[identity] = question
            if not known:
                self._due.after((QUESTION, identity), self._wait(question))

    def _drop(self, key: Key, identities: frozenset[str]) -> None:
        for identity in identities:
            self._due.cancel((QUESTION, identity))
            question = self._open.pop(identity)
            # When it was asked is kept, so that whoever is asked again soon is not asked more often.
            asked = self._world.memory(key).asked
            if question.key in asked:
                asked[question.key] = Asked(asked[question.key].at)

        if key in self._world.memories:
            recent = time.monotonic() - EVERY_SECONDS
            memory = self._world.memory(key)
            memory.asked = {name: found for name, found in memory.asked.items() if found.answer or found.at > recent}

    def _forget(self, key: Key) -> None:
        """Nobody waits for an answer any more. One that is being asked for is let go when it comes."""
        for identity in self._of.pop(key, frozenset()):
            self._due.cancel((QUESTION, identity))
            del self._open[identity]

    def _wait(self, question: Question) -> float:
        """Nobody is asked twice within the interval."""
        last = self._world.memory(_release(question)).asked.get(question.key)
        return last.at + EVERY_SECONDS - time.monotonic() if last else 0

    async def _ask(self, place: Identity) -> None:
        question = self._open.get(place[1])
        if question is None:
            return

        key = _release(question)
        if self._gone(key):
            self._forget(key)
            return

        answer = await self._answer(question)
        self._world.telemetry.hooks.labels(answer.said.value).inc()
        if self._world.uid(key) != question.seen.owner.uid:
            return

        awaited = question.identity in self._open
        self._world.memory(key).asked[question.key] = Asked(time.monotonic(), answer if awaited else None)
        self._world.mark(key)
        if awaited and answer.said is Said.NOT_YET:
            # A Job tells of its end by itself; only its time is looked at.
            wait = max(question.left.total_seconds(), EVERY_SECONDS) if answer.started else EVERY_SECONDS
            self._due.after(place, wait)

    def _gone(self, key: Key) -> bool:
        found = self._world.store(kinds.RELEASES).get(key)
        return found is None or "deletionTimestamp" in found["metadata"]

    async def _answer(self, question: Question) -> Answer:
        hook = question.hook
        if hook is None:
            return Answer(key=question.key, said=Said.NO, sentence="is not declared any more")

        if hook.http:
            return await self._post(question, hook.http)

        assert hook.job is not None
        return await self._create(question, hook, hook.job)

    async def _post(self, question: Question, http: HttpHook) -> Answer:
        headers = {"Content-Type": "application/json", "Idempotency-Key": question.identity}
        try:
            if http.auth_secret:
                place = Key(question.seen.owner.namespace, http.auth_secret.name)
                headers |= self._world.hook_secrets.read(place, authorization)

            reply = await self._world.hook_http.send(ask_of(http, question.body, headers))
        except (SecretUnusable, AskFailed) as error:
            return Answer(key=question.key, said=Said.NOT_YET, sentence=shortened(str(error), LINE_LENGTH))

        said = Said.YES if 200 <= reply.status < 300 else Said.NOT_YET
        return Answer(key=question.key, said=said, sentence=f"HTTP {reply.status}{_first_line(reply.body)}")

    async def _create(self, question: Question, hook: Hook, declared: JobHook) -> Answer:
        """Make the Job, once: the name belongs to this question, and one that is there is taken."""
        seen, name = question.seen, job_name(question.seen.owner, question.identity)
        running = Answer(key=question.key, said=Said.NOT_YET, sentence=f"Job {name} runs", started=True)
        if job_of(question.key, seen.owner, self._world):
            return running

        told = {name: question.facts[name] for name in ("step", "weight") if name in question.facts}
        run = Run(
            identity=question.identity,
            revision=question.revision,
            labels={LABEL_HOOK: hook.name},
            variables=variables(seen.owner, question.revision, **told),
            backoff_limit=declared.backoff_limit,
            expiry=hook.expiry,
        )
        manifest = job(seen.owner, declared.template, run)
        try:
            await create(seen, kinds.JOBS, manifest, self._world, strict=True)
        except CallError as error:
            return Answer(key=question.key, said=Said.NOT_YET, sentence=shortened(error.told))
        except Fenced as error:
            return Answer(key=question.key, said=Said.NOT_YET, sentence=str(error))

        return running


def ask_of(http: HttpHook, body: bytes, headers: dict[str, str]) -> Ask:
    """What is sent. Each hook has a share of the memory for answers: large ones of one keep no other's unread."""
    return Ask(url=http.url, body=body, seconds=http.timeout.total_seconds(), headers=headers, source=http.url)


def _release(question: Question) -> Key:
    return question.seen.owner.key


def _first_line(body: bytes) -> str:
    """What people read of an answer: one line, printable and short."""
    text = body[: LINE_LENGTH * 4].decode("utf-8", "replace").strip()
    line = "".join(letter for letter in text.partition("\n")[0] if letter.isprintable())
    return f": {shortened(line, LINE_LENGTH)}" if line else ""
