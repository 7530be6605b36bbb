"""The port of a container, by number or by name, as the API server that keeps Services takes it."""

import re
from typing import Annotated

from pydantic import AfterValidator

# RFC 6335, an IANA service name: letters, digits and single hyphens between them, and a letter at least.
PORT_NAME = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
PORT_NAME_LENGTH = 15
LETTER = "[a-z]"
PORT = (
    "must be a number from 1 to 65535, or the name of a container's port: at most 15 lower case letters, digits and"
    " single - between them, and a letter among them"
)


def _port(port: int | str) -> int | str:
    if isinstance(port, int):
        fits = 1 <= port <= 65535
    else:
        shaped = re.fullmatch(PORT_NAME, port) is not None and re.search(LETTER, port) is not None
        fits = shaped and len(port) <= PORT_NAME_LENGTH and "--" not in port

    if not fits:
        raise ValueError(PORT)

    return port


Port = Annotated[int | str, AfterValidator(_port)]
