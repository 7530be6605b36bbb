"""The port of a container, by number or by name, and what it speaks, as the API server that keeps Services takes it."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

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
# What Kubernetes calls a qualified name: of a registered protocol, or in a domain, such as kubernetes.io/h2c.
_DOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
APP_PROTOCOL = f"^({_DOMAIN}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{{0,61}}[A-Za-z0-9])?$"
AppProtocol = Annotated[str, Field(pattern=APP_PROTOCOL, max_length=128)]
