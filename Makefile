# Tidegate's commands. `make help` lists them; `make check test` is what CI runs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
CACHE ?= $(or $(TIDEGATE_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/tidegate)
UV_VERSION := 0.13.0
UV := $(or $(shell command -v uv),$(CACHE)/uv-$(UV_VERSION)/bin/uv)
PY := .venv/bin/python
RUN := UV="$(UV)" PYTHONPATH=.:operator $(PY)

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

# uv where it is installed; else a pinned one, in an environment of its own in the cache.
$(CACHE)/uv-$(UV_VERSION)/bin/uv:
	@echo "uv is missing: installing uv $(UV_VERSION) into $(CACHE)"
	@python3 -m venv $(CACHE)/uv-$(UV_VERSION)
	@$(CACHE)/uv-$(UV_VERSION)/bin/python -m pip -q install uv==$(UV_VERSION)

.venv/.synced: uv.lock pyproject.toml | $(if $(shell command -v uv),,$(UV))
	@echo "Installing the locked Python environment into .venv"
	@$(UV) sync --locked --quiet --compile-bytecode
	@touch $@

check: .venv/.synced ## Format, lint, types, layers, unit tests and the walk of the models
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/pytest -q --hypothesis-profile=thorough
	.venv/bin/pytest -qs -m exhaustive

mutate: .venv/.synced ## Take out or swap every clause of the ladders: each mutant must die (an hour or more)
	@PYTHONPATH=.:operator $(PY) -m tests.model.mutate $(ONLY)

test: .venv/.synced ## Pass all the tests, on a real control plane (the first time builds it: 20 minutes)
	.venv/bin/pytest -q --hypothesis-profile=thorough
	@$(RUN) -m tests.cluster fetch
	$(RUN) -m pytest -q tests/integration tests/e2e

test-all: test ## Pass all the tests, and the suite on the oldest Kubernetes too (the first time: 10 minutes more)
	@KUBERNETES=1.34 $(RUN) -m tests.cluster fetch
	KUBERNETES=1.34 $(RUN) -m pytest -q tests/integration
	$(RUN) -m pytest -q tests/versions

up: .venv/.synced ## Bring up a real cluster on this machine (CLUSTER=local|kwok|kind|<kubeconfig> forces one)
	@$(RUN) -m tests.cluster up

down: .venv/.synced ## Take the cluster away; nothing is left behind
	@$(RUN) -m tests.cluster down

demo: .venv/.synced ## Five versions of a shop under traffic: two promoted, three rolled back (KEEP=1 keeps the cluster; METRICS=scrape: without Prometheus)
	@$(RUN) -m tests.demo

bench: .venv/.synced ## Answer the questions of docs/benchmarks.md; JSON and a table in .bench/
	@$(RUN) -m tests.bench

bench-judge: .venv/.synced ## The judge against its peers' rules, on simulated and recorded traffic; .bench/judge.json (5 minutes)
	@$(RUN) -m tests.bench.judge $(if $(DATA),--data $(DATA))

run: .venv/.synced ## Run the operator against the current kubeconfig
	@PYTHONPATH=operator $(PY) -m tidegate --http 127.0.0.1:8080

generate: .venv/.synced ## Write the CRDs, references and tables that can be derived
	@PYTHONPATH=operator $(PY) -m tidegate.cli.generate

manifest: .venv/.synced ## Write charts/install.yaml for kubectl, from the chart, with the pinned Helm
	@$(RUN) -m tests.cluster.manifest

verify: generate ## Fail where a generated file is not current
	git diff --exit-code -- crds charts docs examples
	@test -z "$$(git ls-files --others --exclude-standard -- crds charts docs examples)" || { git status --short -- crds charts docs examples; exit 1; }

.PHONY: help check mutate test test-all up down demo bench bench-judge run generate manifest verify
