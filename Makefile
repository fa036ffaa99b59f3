# `make demo` and `make test` set up all they need from Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WORKERS ?= auto
# By file: its tests share what it starts, in their order. In the order of the files: the long ones stand in the middle.
PYTEST := $(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder

.PHONY: help demo test check unit soak format lock bench clean

help:
	@echo "make demo    two regions on this machine: releases under traffic, one region dies and returns, a report"
	@echo "make test    static checks and all tests"
	@echo "make check   static checks only          make unit    tests only"
	@echo "make soak    random schedules for five minutes, drills stopped at every step, planted bugs that tests must catch"
	@echo "make format  format the code             make bench   measure (see benchmarks/README.md)"

# The lock decides every version; the project itself is installed without asking an index for anything.
$(VENV)/.installed: requirements/dev.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the locked dependencies into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

demo: $(VENV)/.installed
	@$(BIN)/orchestrator rehearse --out .orchestrator/demo

test: check unit

check: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

unit: $(VENV)/.installed
	$(PYTEST) tests/core --cov=orchestrator.core --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100
	$(PYTEST) --ignore=tests/core --durations=10

SOAK_SECONDS ?= 300
# Each step of a drill is stopped in so many of five ways: one takes about eight minutes, all forty.
SOAK_ROUNDS ?= 1

soak: $(VENV)/.installed
	$(BIN)/python -m tests.schedules --seconds $(SOAK_SECONDS)
	$(BIN)/python -m tests.e2e.stopping --rounds $(SOAK_ROUNDS)
	$(BIN)/python -m tests.planted

format: $(VENV)/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.installed
	uv pip compile pyproject.toml --extra local --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/dev.lock
	uv pip compile pyproject.toml --extra local --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/runtime.lock

bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) .orchestrator .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage .bench
