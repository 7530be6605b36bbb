import re
from datetime import timedelta

import pytest

from tidegate.metrics.traefik import boundary, service_pattern, slow_requests


@pytest.mark.parametrize(
    "name",
    [
        "httproute-shop-web-gw-gateways-public-ep-web-0-49a09bf29f56ec7dd85a-svc-shop-web-candidate-1@kubernetesgateway",
        "shop-web-candidate-http-80@kubernetesgateway",
        "shop-web-candidate-80@kubernetesgateway",
    ],
)
def test_every_known_name_of_a_backend_is_matched(name: str) -> None:
    assert re.fullmatch(service_pattern("shop", "web-candidate", 80), name)


@pytest.mark.parametrize("service", ["web-stable", "other-web-candidate", "web-candidate-x"])
def test_another_service_is_not_matched(service: str) -> None:
    name = f"httproute-shop-web-gw-gateways-public-ep-web-0-49a0-svc-shop-{service}-1@kubernetesgateway"
    assert not re.fullmatch(service_pattern("shop", "web-candidate", 80), name)


@pytest.mark.parametrize(
    ("milliseconds", "taken", "refused"),
    [(500, ["0.5"], ["0x5", "5", "0.55"]), (5000, ["5", "5.0"], ["0.5", "50"]), (50, ["0.05"], ["0.5"])],
)
def test_a_boundary_matches_just_its_bucket(milliseconds: int, taken: list[str], refused: list[str]) -> None:
    pattern = boundary(timedelta(milliseconds=milliseconds))

    assert all(re.fullmatch(pattern, text) for text in taken)
    assert not any(re.fullmatch(pattern, text) for text in refused)


def test_a_missing_bucket_is_no_data_and_not_all_slow() -> None:
    asked = slow_requests("shop", "web-candidate", 80, over=timedelta(seconds=1), window=timedelta(minutes=1), least=20)

    assert asked.endswith("> 0)")
    assert "count(traefik_service_request_duration_seconds_bucket" in asked
