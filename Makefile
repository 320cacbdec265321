# What a newcomer needs: `make demo` and `make test`. Everything else is for those who change Saola.
# `make help` lists all targets with their comments.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MEMBERS := trust exchange blueprint theme identity platform command
EDITABLE := $(foreach member,$(MEMBERS),-e packages/$(member))
THEME := packages/theme
COUNTRY ?= vietnam
WORKERS ?= 2
# The Django packages have one set of settings each, so each is a run of its own.
PYTEST = $(BIN)/pytest -q -n $(WORKERS)
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-check test golden system lint format types arch check bench countries lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/ready $(THEME)/src/saola_theme/static/ready $(VENV)/translations ## Install everything below .venv (done by the others when needed)

$(VENV)/python: requirements/runtime.txt requirements/development.txt
	@echo "Setting up below $(VENV), once: libraries, then styles. On a usual line this takes two to three minutes."
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/development.txt
	touch $@

$(VENV)/ready: $(VENV)/python $(foreach member,$(MEMBERS),packages/$(member)/pyproject.toml)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(EDITABLE)
	touch $@

$(THEME)/src/saola_theme/static/ready: $(VENV)/python $(THEME)/package.json $(THEME)/package-lock.json $(THEME)/build.mjs $(shell find $(THEME)/styles $(THEME)/scripts $(THEME)/images -type f 2>/dev/null)
	PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix $(THEME) ci --no-audit --no-fund --loglevel=error
	PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix $(THEME) run --silent build
	touch $@

$(VENV)/translations: $(VENV)/python $(shell find countries -name '*.po' 2>/dev/null)
	for folder in countries/*/locale; do test ! -d "$$folder" || $(BIN)/pybabel --quiet compile --directory "$$folder" --domain django --statistics 2>/dev/null || exit 1; done
	touch $@

demo: setup ## Run a small digital state on this machine (COUNTRY=template for the fictional one)
	$(BIN)/saola demo --country $(COUNTRY)

demo-check: setup ## Walk the whole journey over HTTP and verify everything, evidence included
	$(BIN)/saola demo --country $(COUNTRY) --check

test: setup ## Run every test that this machine can run
	$(PYTEST) $(addprefix packages/,trust exchange blueprint command) countries tests/*.py
	$(PYTEST) packages/platform
	$(PYTEST) packages/identity
	$(PYTEST) packages/theme
	$(PYTEST) --dist loadgroup tests/system

golden: setup ## Write the golden files of everything signed anew; the diff is to be reviewed
	rm -rf packages/*/tests/golden
	SAOLA_GOLDEN=write $(PYTEST) packages/trust packages/exchange
	SAOLA_GOLDEN=write $(PYTEST) packages/platform
	SAOLA_GOLDEN=write $(PYTEST) packages/identity
	git --no-pager diff --stat -- 'packages/*/tests/golden'

system: setup ## Run only the tests with real processes and a browser
	$(PYTEST) --dist loadgroup tests/system

lint: setup ## Style, spelling, and what must never be in the repository
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell --toml pyproject.toml

format: setup ## Put the code into the house's format
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

types: setup ## mypy --strict, the Django packages with their plug-in
	$(BIN)/mypy packages/trust/src packages/exchange/src packages/blueprint/src packages/command/src
	$(BIN)/mypy --config-file packages/identity/mypy.ini packages/identity/src
	$(BIN)/mypy --config-file packages/platform/mypy.ini packages/platform/src

arch: setup ## The import rules
	$(BIN)/lint-imports

countries: setup ## Check the countries' declarations
	for country in countries/*/; do $(BIN)/saola check "$$country" || exit 1; done

check: lint arch types countries test ## Everything that must be green before a change lands

bench: setup ## Measure ratios side by side
	$(BIN)/python benchmarks/run.py

lock: setup ## Resolve the pinned requirements anew, without any index address
	$(BIN)/pip install --quiet uv
	cd requirements && ../$(BIN)/uv pip compile --universal --no-config --no-header --generate-hashes --python-version 3.11 -q runtime.in -o runtime.txt
	cd requirements && ../$(BIN)/uv pip compile --universal --no-config --no-header --generate-hashes --python-version 3.11 -q development.in -c runtime.txt -o development.txt

clean: ## Remove what can be made again (not the demo's data)
	rm -rf $(VENV) $(THEME)/node_modules $(THEME)/src/saola_theme/static build
