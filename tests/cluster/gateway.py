"""The Gateway `gateways/public`. A gateway's process may run and answer, and yet read no route of this cluster."""

from collections.abc import Callable
from pathlib import Path

from .progress import Missing

SECONDS = 30.0
PLACE = ("gateway/public", "-n", "gateways")
CONDITIONS = "jsonpath={range .status.conditions[*]}  {.type}={.status}: {.message}{'\\n'}{end}"


def wait_until_programmed(kubectl: Callable[..., str], log: Path | str, seconds: float = SECONDS) -> None:
    """Wait until its controller has taken it up. Raises Missing with its conditions, and the log that tells why."""
    try:
        kubectl("wait", "--for=condition=Programmed", *PLACE, f"--timeout={seconds:g}s")
    except Missing as error:
        said = kubectl("get", *PLACE, "-o", CONDITIONS)
        message = (
            f"Gateway gateways/public is not Programmed after {seconds:g} s, so no request would be served."
            f" Its conditions:\n{said or '  none'}\nWhy is told by {log}"
        )
        raise Missing(message) from error
