import re

import pytest

from tidegate.metrics.traefik import service_pattern


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
