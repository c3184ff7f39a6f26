# make demo and make test do all their set-up on a fresh machine with Python 3.11 or newer.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
DJANGO := MUSTER_VAR=$(VENV)/check DJANGO_SETTINGS_MODULE=muster.project.settings $(BIN)/python -m django
UV := VIRTUAL_ENV='$(CURDIR)/$(VENV)' $(BIN)/uv pip install --quiet --require-hashes

.PHONY: setup demo test check bench docs clean

setup: $(READY)

# uv installs in seconds what pip installs in a minute, and pip takes over where uv finds no network;
# both check the same hashes.
$(READY): requirements/dev.txt requirements/uv.txt Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Muster needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --no-deps -r requirements/uv.txt && $(UV) -r requirements/dev.txt || $(PIP) -r requirements/dev.txt
	echo '$(CURDIR)' > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/muster.pth"
	printf '#!/bin/sh\nexec "%s" -m muster.project "$$@"\n' '$(CURDIR)/$(BIN)/python' > $(BIN)/muster
	chmod +x $(BIN)/muster
	$(BIN)/python -c 'from muster.project.texts import compile_catalogues as run; run()'
	touch $@

demo: setup
	$(BIN)/muster demo

test: setup
	$(BIN)/python -m pytest -q -n 3 --dist loadfile

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/bandit -q -c pyproject.toml -r muster drill
	$(BIN)/lint-imports
	$(BIN)/mypy $(wildcard muster drill bench tests)
	$(DJANGO) makemigrations --check --dry-run
	MUSTER_HTTPS=1 $(DJANGO) check --deploy --fail-level WARNING
	$(BIN)/python -m muster.project.texts
	$(BIN)/python -m pytest -q tests/house/test_vendor.py

bench: setup
	$(BIN)/muster bench sync
	$(BIN)/muster bench import
	$(BIN)/muster bench pages

docs: setup
	$(BIN)/mkdocs build --strict

clean:
	rm -rf site build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
