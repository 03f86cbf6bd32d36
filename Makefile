# The two commands of the README are `make demo` and `make test`. Everything is installed into .venv, nothing elsewhere.
PYTHON ?= python3
JOBS ?= 2

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-browser lint bench docs lock

help:
	@echo "make demo          install, show the models that come along, teach one of them a new manner in a minute"
	@echo "make test          install, check the code, run all tests"
	@echo "make test-browser  tests of the page in a headless browser"
	@echo "make lint          style, types and architecture only; of the studio's page where there is Node"
	@echo "make bench         speed against the named peers, on a quiet machine"
	@echo "make docs          check the documentation's links and examples, and the pages of the families"
	@echo "make lock          write the lock files anew from pyproject.toml"

demo: .venv/installed
	@$(BIN)/python -m pinxit demo

test: lint docs
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS) --dist loadfile -m "not browser"
	@echo "All tests passed."

test-browser: .venv/installed-dev
	$(BIN)/python -m pytest tests/browser

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/python tools/check_page/check.py

bench: .venv/installed-dev
	$(BIN)/python -m bench

docs: .venv/installed-dev
	$(BIN)/python tools/check_docs.py
	$(BIN)/python tools/family_pages.py --check
	$(BIN)/python tools/lessons.py --check

lock: .venv/installed-dev
	$(BIN)/python tools/lock.py

# Stamp files: the second run starts at once, a changed lock file installs again.
.venv/installed: requirements.lock pyproject.toml | .venv/made
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

.venv/installed-dev: requirements-dev.lock pyproject.toml | .venv/made
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@ .venv/installed

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "pinxit needs Python 3.11 or newer. Name one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@[ -d .venv ] || $(PYTHON) -m venv .venv || \
	  { echo "Python's venv module is missing. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@touch $@
