# The operator's image: Debian's Python and the locked environment, nothing else.
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv ca-certificates
RUN python3 -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir uv==0.13.0
COPY pyproject.toml uv.lock README.md LICENSE /src/
COPY operator /src/operator
# The client library serves the CLI and the tests; the operator never loads it, and it is half of the environment.
RUN cd /src && UV_PROJECT_ENVIRONMENT=/opt/tidegate /opt/uv/bin/uv sync --locked --no-dev --no-editable --no-cache --compile-bytecode --no-install-package kubernetes --python /usr/bin/python3

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends python3 ca-certificates && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
COPY --from=build /opt/tidegate /opt/tidegate
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 65532:65532
ENTRYPOINT ["/opt/tidegate/bin/python", "-m", "tidegate"]
