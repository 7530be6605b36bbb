"""`tidegate`: the operator process."""

import asyncio
import sys

from tidegate.clients import NoCredentials, credentials
from tidegate.handlers.options import Options, parse
from tidegate.handlers.process import Process
from tidegate.telemetry import configure_logs


def main() -> None:
    """Run the operator; the exit code tells whether it ended in good order."""
    options = parse()
    configure_logs(options.log_level)
    try:
        sys.exit(asyncio.run(operate(options)))
    except NoCredentials as error:
        sys.exit(f"tidegate: {error}")


async def operate(options: Options) -> int:
    """Build the process in its loop and run it."""
    return await Process(options, credentials(options.kubeconfig)).run()


if __name__ == "__main__":
    main()
