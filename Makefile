# Pathfolio. `make` shows what there is to do. Every target does its own set-up; a second one costs no time.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test lint bench simulate soak mutants types docs format lock setup clean

# The first Python 3.11 or newer on this machine.
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

help: ## What can be done here
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ready-run ## Start Pathfolio with a demo school (PORT=8000; LAN=1 for phones on this network)
	@exec .venv/bin/pathfolio serve --demo

test: ready-test ## Run every test, on both databases and in a browser
	@exec .venv/bin/python infra/dev/run_tests.py $(ARGS)

lint: ready-tools ## Check style, types, import rules, lock files and generated files
	@exec .venv/bin/python infra/dev/run_lint.py

bench: ready-test ## Measure pull, push, client bytes and start
	@exec .venv/bin/python -m benchmarks $(ARGS)

simulate: ready-test ## Simulate devices, faults and a server (SEEDS=200, SEED=n for one)
	@exec .venv/bin/python -m tests.simulation $(ARGS)

soak: ready-test ## Hunt for broken promises and keep the figures (ARGS="kills --count 50" for one hunt)
	@exec .venv/bin/python -m tests.campaigns $(ARGS) --keep

mutants: ready-test ## Plant bugs and mutate the merge core: who notices? (ARGS="--seconds 600": a stretch)
	@exec .venv/bin/python -m tests.campaigns planted mutants $(ARGS) --keep

types: ready-tools ## Generate the client's types, the API's description and the pages made from code
	@exec .venv/bin/python infra/dev/generated.py

docs: types ## Generate the pages made from code and check every link in docs/
	@exec .venv/bin/python infra/dev/check_docs.py

format: ready-tools ## Format everything
	@.venv/bin/ruff check --quiet --fix-only . && .venv/bin/ruff format --quiet .
	@cd pwa && ../infra/dev/npm run --silent format

lock: ready-tools ## Make the lock files again (UPGRADE=1 takes the newest versions)
	@exec bash infra/dev/lock

setup: ready-test ## Only set up, for an editor or a first look

clean: ## Remove what set-up and builds made; data stays
	@rm -rf .venv .cache pwa/node_modules pwa/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: ready-run ready-tools ready-test
ready-run ready-tools ready-test: ready-%:
	@if [ -z "$(PYTHON)" ]; then echo "Pathfolio needs Python 3.11 or newer (python3 on PATH)." >&2; exit 1; fi
	@exec $(PYTHON) infra/dev/setup.py $*
