"""The programs of the local cluster."""

import shutil
from pathlib import Path

from . import versions
from .cache import BUILD_SECONDS, cached, run
from .progress import Missing
from .toolchain import debian, go, go_install, go_module, wheels

SOURCES = Path(__file__).parent


def kube_stack(kubernetes: str = "") -> Path:
    """One Kubernetes with its own etcd and kubectl in one binary; the chosen one where none is named."""
    minor = kubernetes or versions.chosen()
    if minor not in versions.KUBERNETES:
        message = f"KUBERNETES={minor}: choose one of {', '.join(versions.KUBERNETES)}"
        raise Missing(message)

    version = versions.KUBERNETES[minor]
    what = f"Building Kubernetes {version} and etcd (once; 6 to 9 minutes on two cores)"
    name = f"kube-stack-{version}-{versions.BUILD}"
    return cached(name, what, lambda folder: _build_kube_stack(minor, version, folder)) / "kube-stack"


def _build_kube_stack(minor: str, version: str, folder: Path) -> None:
    """One program text serves every version: only the modules differ, and each has a file of its own for them."""
    major, small = minor.split(".")
    stamp = "k8s.io/component-base/version"
    flags = f"-s -w -X {stamp}.gitVersion=v{version} -X {stamp}.gitMajor={major} -X {stamp}.gitMinor={small}"
    modules = "go.mod" if minor == versions.NEWEST else f"kubernetes-{minor}.mod"
    command: list[str | Path] = [go(), "build", f"-modfile={modules}", "-trimpath", "-ldflags", flags]
    command += ["-o", folder / "kube-stack", "."]
    run(command, seconds=BUILD_SECONDS, cwd=SOURCES / "stack", env={"CGO_ENABLED": "0"})


def shop() -> Path:
    """The demo's service, as a static binary."""
    source = SOURCES / "shop" / "main.go"
    from .toolchain import hash_of

    def build(folder: Path) -> None:
        command: list[str | Path] = [go(), "build", "-trimpath", "-ldflags", "-s -w", "-o", folder / "shop", source]
        run(command, seconds=BUILD_SECONDS, env={"CGO_ENABLED": "0"})

    return cached(f"shop-{hash_of(source.read_text()):x}", "Building the demo's shop", build) / "shop"


def helm() -> Path:
    """Helm."""
    return _go_program("helm", "helm.sh/helm/v4/cmd/helm", versions.HELM, "about 2 minutes")


def metrics_server() -> Path:
    """metrics-server: what pods use, for autoscalers."""
    package = "sigs.k8s.io/metrics-server/cmd/metrics-server"
    return _go_program("metrics-server", package, versions.METRICS_SERVER, "about 2 minutes")


def prometheus_adapter() -> Path:
    """prometheus-adapter: what Prometheus has counted, for autoscalers; of what its own go.sum says, and no newer."""
    version = versions.PROMETHEUS_ADAPTER
    module = f"sigs.k8s.io/prometheus-adapter@v{version}"

    def build(folder: Path) -> None:
        source = go_module(module, folder, versions.PROMETHEUS_ADAPTER_SUM)
        command: list[str | Path] = [go(), "build", "-trimpath", "-ldflags", "-s -w", "-o", folder / "adapter"]
        run([*command, "./cmd/adapter"], seconds=BUILD_SECONDS, cwd=source, env={"CGO_ENABLED": "0"})

    what = f"Building prometheus-adapter {version} (once; about 2 minutes)"
    return cached(f"prometheus-adapter-{version}", what, build) / "adapter"


def kwok() -> Path:
    """KWOK: nodes and pods that are only told."""
    return _go_program("kwok", "sigs.k8s.io/kwok/cmd/kwok", versions.KWOK, "about 1 minute")


def kind() -> Path:
    """kind, which needs Docker to make a cluster, and nothing to read its configuration."""
    return _go_program("kind", "sigs.k8s.io/kind", versions.KIND, "about 1 minute")


def _go_program(name: str, package: str, version: str, wait: str, tags: str = "") -> Path:
    what = f"Building {name} {version} (once; {wait})"
    return cached(f"{name}-{version}", what, lambda folder: go_install(package, version, folder, tags)) / name


def traefik() -> Path:
    """Traefik."""
    return next(found for found in wheels("cluster").rglob("traefik*") if found.is_file() and _is_elf(found))


def envoy() -> Path:
    """Envoy."""
    return next(found for found in wheels("envoy").rglob("envoy") if found.is_file() and _is_elf(found))


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def prometheus() -> Path:
    """Prometheus, with the discovery of pods: Debian's has none."""
    package, tags = "github.com/prometheus/prometheus/cmd/prometheus", "remove_all_sd,enable_kubernetes_sd"
    return _go_program("prometheus", package, versions.PROMETHEUS, "about 4 minutes", tags)


def container_runtime() -> Path:
    """A root folder that holds containerd, runc and the CNI plugins."""
    return debian("containerd", ["containerd", "runc", "containernetworking-plugins"])


def gateway_api_crds() -> list[Path]:
    """The standard channel of the Gateway API, from its Go module."""
    module = f"sigs.k8s.io/gateway-api@v{versions.GATEWAY_API}"
    return _module_files(
        f"gateway-api-{versions.GATEWAY_API}", module, "config/crd/standard/gateway.networking.k8s.io_*.yaml"
    )


def istio_crds() -> list[Path]:
    """What a mesh's routes are made of, from Istio's Go module."""
    module = f"istio.io/api@v{versions.ISTIO}"
    pattern = "kubernetes/customresourcedefinitions.gen.yaml"
    return _module_files(f"istio-crds-{versions.ISTIO}", module, pattern, expected=versions.ISTIO_SUM)


def traefik_crds() -> list[Path]:
    """Traefik's own kinds, from its Go module."""
    module = f"github.com/traefik/traefik/v3@v{versions.TRAEFIK_CRDS}"
    pattern = "docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml"
    return _module_files(f"traefik-crds-{versions.TRAEFIK_CRDS}", module, pattern, expected=versions.TRAEFIK_SUM)


def keda_crds() -> list[Path]:
    """What KEDA scales by, from its Go module."""
    module = f"github.com/kedacore/keda/v2@v{versions.KEDA}"
    pattern = "config/crd/bases/keda.sh_scaledobjects.yaml"
    return _module_files(f"keda-crds-{versions.KEDA}", module, pattern, expected=versions.KEDA_SUM)


def prometheus_operator_crds() -> list[Path]:
    """What the Prometheus Operator scrapes and alerts by, from its Go module."""
    version, folder = versions.PROMETHEUS_OPERATOR, "example/prometheus-operator-crd"
    module = f"github.com/prometheus-operator/prometheus-operator@v{version}"
    patterns = [f"{folder}/monitoring.coreos.com_{kind}.yaml" for kind in ("servicemonitors", "prometheusrules")]
    name = f"prometheus-operator-crds-{version}"
    return _module_files(name, module, *patterns, expected=versions.PROMETHEUS_OPERATOR_SUM)


def kwok_stages() -> list[Path]:
    """KWOK's own stages: a node is Ready, a pod is Ready at once, a deleted pod is gone at once."""
    module = f"sigs.k8s.io/kwok@v{versions.KWOK}"
    return _module_files(f"kwok-stages-{versions.KWOK}", module, "kustomize/stage/[np]o*/fast/*-*.yaml")


def _module_files(name: str, module: str, *patterns: str, expected: str = "") -> list[Path]:
    """Files of a Go module, by version and, where it is given, by the sum of its content."""

    def build(folder: Path) -> None:
        source = go_module(module, folder, expected)
        for found in (found for pattern in patterns for found in source.glob(pattern)):
            shutil.copyfile(found, folder / f"{found.stem}.yaml")

    return sorted(cached(name, f"Fetching {module}", build).glob("*.yaml"))
