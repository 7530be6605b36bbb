# Tidegate's commands. `make help` lists them; `make check test` is what CI runs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
CACHE ?= $(or $(TIDEGATE_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/tidegate)
UV_VERSION := 0.13.0
UV := $(or $(shell command -v uv),$(CACHE)/uv-$(UV_VERSION)/bin/uv)
PY := .venv/bin/python
RUN := UV="$(UV)" PYTHONPATH=.:operator $(PY)
# Integration tests mostly wait: two control planes beside each other take half the time of one; on two cores three gain
# nothing. Tests in tests/e2e share the machine's one real node, so they never do this.
JOBS ?= 2
BESIDE := -n $(JOBS) --dist loadfile

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

check: static unit walk ## All of `static`, unit tests and the walk of the models

static: .venv/.synced ## Format, lint, types of operator/ and of tests/, layers
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

unit: .venv/.synced
	.venv/bin/pytest -q -n $(JOBS) --dist worksteal --hypothesis-profile=thorough

walk: .venv/.synced
	.venv/bin/pytest -qs -m exhaustive

mutate: .venv/.synced ## Take out or swap every clause of the ladders: each mutant must die (an hour or more)
	@PYTHONPATH=.:operator $(PY) -m tests.model.mutate $(ONLY)

test: unit ## Pass unit, integration and e2e tests, the last two on real control planes (three quarters of an hour; the first time 20 to 25 minutes more for building)
	@$(RUN) -m tests.cluster fetch
	$(RUN) -m pytest -q $(BESIDE) tests/integration
	$(RUN) -m pytest -q tests/e2e

test-all: test ## After `test`: integration and e2e tests on the oldest Kubernetes, and upgrades from it (the first time: 10 minutes more)
	@KUBERNETES=1.34 $(RUN) -m tests.cluster fetch
	KUBERNETES=1.34 $(RUN) -m pytest -q $(BESIDE) tests/integration
	KUBERNETES=1.34 $(RUN) -m pytest -q tests/e2e
	$(RUN) -m pytest -q tests/versions

up: .venv/.synced ## Bring up a real cluster on this machine (CLUSTER=local|kwok|kind|<kubeconfig> forces one)
	@$(RUN) -m tests.cluster up

down: .venv/.synced ## Take the cluster and its operator away, and look whether anything is left
	@$(RUN) -m tests.cluster down

demo: .venv/.synced ## Five versions of a shop under traffic: two promoted, three rolled back (KEEP=1 keeps the cluster; METRICS=scrape: without Prometheus)
	@$(RUN) -m tests.demo

bench: .venv/.synced ## Answer the questions of docs/benchmarks.md; JSON and a table in .bench/
	@$(RUN) -m tests.bench

bench-judge: .venv/.synced ## The judge against its peers' rules, on simulated and recorded traffic; .bench/judge.json (4 minutes on two idle cores, a quarter of an hour on busy ones; TIDEGATE_DATA=DIR: recorded traffic too)
	@$(RUN) -m tests.bench.judge

run: .venv/.synced ## Run the operator against KUBECONFIG's current context, which it prints (ARGS="--namespace x ...": its options)
	@$(RUN) -m tests.cluster run $(ARGS)

generate: .venv/.synced ## Write the CRDs, references and tables that can be derived
	@PYTHONPATH=operator $(PY) -m tidegate.cli.generate

manifest: .venv/.synced ## Write charts/install.yaml for kubectl, from the chart, with the pinned Helm
	@$(RUN) -m tests.cluster.manifest

verify: generate ## Fail where a generated file is not current
	git diff --exit-code -- crds charts docs examples
	@test -z "$$(git ls-files --others --exclude-standard -- crds charts docs examples)" || { git status --short -- crds charts docs examples; exit 1; }

.PHONY: help check static unit walk mutate test test-all up down demo bench bench-judge run generate manifest verify
