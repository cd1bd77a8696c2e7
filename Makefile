# Chatref: `make run` sets everything up and starts it, `make test` sets everything up and tests it.
# It needs Python 3.11 or newer, git and make; all else is fetched into this checkout, or once per user (Temporal).

STAMPS = .tools/stamps
PY = .venv/bin/python
WEB_SOURCES := $(shell find web -name node_modules -prune -o -name dist -prune -o -type f -print)

.PHONY: help setup run test check check-python check-web test-python test-web quality chaos bench clean

help:
	@echo 'make run    set everything up, then run Chatref with the demo shop'
	@echo 'make test   set everything up, then run all checks and tests'
	@echo 'make setup  set everything up: .venv, web/node_modules, web/dist, a Temporal server'
	@echo 'make check  formatters, linters and type checkers'
	@echo 'make quality  measure what is recognised and answered, on our own labelled messages'
	@echo 'make chaos  kill everything in random order under load, and look whether all promises were kept'
	@echo 'make bench  measure, and compare with the bare engine'
	@echo 'make clean  remove what was built and fetched into this checkout'

setup: $(STAMPS)/python $(STAMPS)/web $(STAMPS)/temporal

run: setup
	@exec .venv/bin/chatref up --demo

test: check test-web test-python

check: check-python check-web

check-python: $(STAMPS)/python
	@echo '==> Checking Python'
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy

check-web: $(STAMPS)/node_modules
	@echo '==> Checking TypeScript'
	@cd web && ../scripts/node npm run --silent check
	@cd web && ../scripts/node npm run --silent format:check

test-web: $(STAMPS)/node_modules
	@echo '==> Testing the web parts'
	@cd web && ../scripts/node npm test --silent

test-python: setup
	@scripts/browser
	@echo '==> Testing Chatref'
	@$(PY) -m pytest

quality: $(STAMPS)/python
	@$(PY) -m tests.quality

bench: setup
	@$(PY) -m bench

chaos: setup
	@$(PY) -m tests.chaos

clean:
	rm -rf .tools .venv web/node_modules web/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(STAMPS)/python: pyproject.toml uv.lock
	@mkdir -p $(STAMPS)
	@echo '==> Installing Python packages'
	@scripts/uv sync --frozen --quiet --compile-bytecode
	@touch $@

$(STAMPS)/node_modules: web/package.json web/package-lock.json
	@mkdir -p $(STAMPS)
	@echo '==> Installing web packages'
	@cd web && ../scripts/node npm ci --loglevel=error --no-fund --no-audit --no-update-notifier
	@touch $@

$(STAMPS)/web: $(STAMPS)/node_modules $(WEB_SOURCES)
	@echo '==> Building the web parts'
	@cd web && ../scripts/node npm run --silent build >/dev/null
	@touch $@

$(STAMPS)/temporal: $(STAMPS)/python
	@echo '==> Looking for a Temporal server'
	@$(PY) -m chatref.embedded.tools
	@touch $@
