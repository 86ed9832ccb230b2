# Every target makes the environment that it needs, from nothing.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/ready
CORPUS ?= $(wildcard ../shared/corpus)
export EVIDENCE_CORPUS := $(abspath $(CORPUS))

.PHONY: demo test lint types unit
.DEFAULT_GOAL := test

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

test: lint types unit

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

unit: $(READY)
	$(BIN)/pytest -q --cov --cov-report=term

demo: $(READY)
	$(BIN)/evidence --help
