"""A port of pods is what a Service takes for one; tests/integration/test_crds.py asks the CRD the same."""

import pytest

from tests.unit.api.test_release import LEAST
from tidegate.api import InvalidSpec, parse_spec

PORTS: tuple[int | str, ...] = (1, 65535, "http", "h", "http-2", "a23456789012345", "8080a")
NO_PORTS: tuple[int | str, ...] = (0, -1, 65536, 99999, "", "HTTP_Port", "http--2", "-http", "8080", "a234567890123456")


@pytest.mark.parametrize("port", PORTS, ids=repr)
def test_a_number_or_a_name_is_taken(port: int | str) -> None:
    assert parse_spec({**LEAST, "service": {"port": 80, "targetPort": port}}).service.target_port == port


@pytest.mark.parametrize("port", NO_PORTS, ids=repr)
def test_what_no_service_takes_is_refused_in_words(port: int | str) -> None:
    with pytest.raises(InvalidSpec, match=r"^spec.service.targetPort: must be a number from 1 to 65535, or the name"):
        parse_spec({**LEAST, "service": {"port": 80, "targetPort": port}})
