"""`tidegate`: the operator process; `tidegate plan`: what the steps of a Release can show."""

import asyncio
import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tidegate.handlers.options import Options

# Nothing that a start makes is garbage: the collector waits until the first lists are complete (watch/memory.py).
gc.disable()
# structlog loads it where it finds it, for a console that is never shown: a fifth of a second of every start.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]


def main() -> None:
    """Run the operator; the exit code tells whether it ended in good order."""
    if sys.argv[1:2] == ["plan"]:
        from tidegate.cli.plan import main as plan

        sys.exit(plan(sys.argv[2:]))

    # Loaded after the two lines above have their effect.
    from tidegate.clients import NoCredentials
    from tidegate.handlers.options import CannotStart, parse
    from tidegate.telemetry import configure_logs

    options = parse()
    configure_logs(options.log_level)
    try:
        sys.exit(asyncio.run(operate(options)))
    except (NoCredentials, CannotStart) as error:
        sys.exit(f"tidegate: {error}")


async def operate(options: "Options") -> int:
    """Build the process in its loop and run it."""
    from tidegate.clients import credentials
    from tidegate.handlers.process import Process

    return await Process(options, credentials(options.kubeconfig)).run()


if __name__ == "__main__":
    main()
