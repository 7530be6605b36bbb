"""What /metrics really says, by running what makes it."""

from decimal import Decimal

from tidegate.clients import Credentials, Http, Kube
from tidegate.handlers.exposition import Rollouts
from tidegate.judge.verdict import Analysis, Bound, Line, Verdict
from tidegate.reconcile import kinds
from tidegate.reconcile.scope import Scope
from tidegate.reconcile.world import World
from tidegate.telemetry import Telemetry
from tidegate.watch import Key, WorkQueue

STATUS = {"conditions": [{"type": "Stalled", "status": "True", "reason": "GatewayMissing"}]}
METADATA = {"namespace": "shop", "name": "web", "resourceVersion": "1", "uid": "u"}
RELEASE = {"metadata": METADATA, "spec": b"{}", "status": STATUS}
BOUND = Bound(greatest=Decimal(1), least=Decimal(0))
LINE = Line(name="errors", verdict=Verdict.PASS, value=0.5, bound=BOUND, sentence="errors: 0.5", passed=True)


async def failed_once(queue: WorkQueue) -> None:
    """Let the last turn of one Release be one that failed."""

    async def turn(key: Key) -> None:
        queue.stop()
        raise ValueError

    async def told(key: Key, error: Exception) -> None:
        """Nothing is said of it."""

    queue.mark(Key("shop", "web"))
    await queue.work(turn, failed=told)


async def exported() -> dict[str, set[str]]:
    """The name of every sample that one Release and one of each counter make, and the labels of each."""
    telemetry = Telemetry()
    kube, http = Kube(Credentials(server="http://none", namespace="tidegate", tls=None)), Http()
    world = World(kube, http, http, lambda: 0.0, telemetry, reporter="test", scope=Scope())
    world.store(kinds.RELEASES).put(RELEASE)
    world.memory(Key("shop", "web")).analysis = Analysis(lines=(LINE,))
    await failed_once(world.queue)
    telemetry.registry.register(Rollouts(world))
    telemetry.request("GET", "/api/v1/pods", 200, 0.1)
    telemetry.turns.labels("looked").inc()
    telemetry.queries.labels("answered").inc()
    telemetry.hooks.labels("Yes").inc()
    telemetry.accidents.labels("counting").inc()
    telemetry.rollouts.labels("Promoted").observe(1)
    await kube.close()
    await http.close()
    return {sample.name: set(sample.labels) for family in telemetry.registry.collect() for sample in family.samples}
