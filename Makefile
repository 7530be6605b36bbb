# Tidegate's commands. `make help` lists them; `make check test` is what CI runs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
CACHE ?= $(or $(TIDEGATE_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/tidegate)
UV_VERSION := 0.13.0
UV := $(or $(shell command -v uv),$(CACHE)/uv-$(UV_VERSION)/bin/uv)
PY := .venv/bin/python

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

# uv where it is installed; else a pinned one, in an environment of its own in the cache.
$(CACHE)/uv-$(UV_VERSION)/bin/uv:
	@echo "uv is missing: installing uv $(UV_VERSION) into $(CACHE)"
	@python3 -m venv $(CACHE)/uv-$(UV_VERSION)
	@$(CACHE)/uv-$(UV_VERSION)/bin/python -m pip -q install uv==$(UV_VERSION)

.venv/.synced: uv.lock pyproject.toml | $(if $(shell command -v uv),,$(UV))
	@echo "Installing the locked Python environment into .venv"
	@$(UV) sync --locked --quiet
	@touch $@

check: .venv/.synced ## Format, lint, types, layers and unit tests
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/pytest -q

test: .venv/.synced ## Pass all the tests
	.venv/bin/pytest -q

generate: .venv/.synced ## Write the CRDs from the models
	@PYTHONPATH=operator $(PY) -m tidegate.cli.generate

verify: generate ## Fail where a generated file is not current
	git diff --exit-code -- crds

.PHONY: help check test generate verify
