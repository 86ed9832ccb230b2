# Every target makes the environment that it needs, from nothing.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/ready
LOWEST := .venv-lowest
ENGINES := .venv-engines
SITE   := .venv-site
CORPUS ?= $(or $(EVIDENCE_CORPUS),$(wildcard ../shared/corpus))
CHROMIUM ?= /usr/bin/chromium
SUDO   := $(if $(filter 0,$(shell id -u)),,sudo)
export EVIDENCE_CORPUS := $(abspath $(CORPUS))

.DEFAULT_GOAL := test
.PHONY: release-schemas interop demo test lint types unit conformance cover deep lowest mutants breaks bench docs docs-check oracles engines browser pictures site dist dist-check clean

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

demo: $(READY)        ## convert one piece of evidence of every type, and show the claims
	$(BIN)/python examples/demo.py

test: lint types unit conformance  ## all that must hold before a change lands

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

unit: $(READY)
	$(BIN)/pytest -q -n auto --dist worksteal

cover: $(READY)       ## the same tests, and the lines that they reach: twice as slow
	$(BIN)/pytest -q -n auto --dist worksteal --cov --cov-report=term

conformance: $(READY) ## every built-in type through the gate, and its real samples where they are at hand
	$(BIN)/evidence conformance

deep: $(READY)        ## the same with all prefixes, flips and parts, and 2000 mutations a fixture; the laws over all samples
	$(BIN)/evidence conformance --deep
	$(if $(CORPUS),$(BIN)/python -m tests.laws $(CORPUS))

lowest:               ## the tests with the lowest version of every dependency that pyproject.toml allows
	$(PYTHON) -m venv --clear $(LOWEST)
	$(PYTHON) tests/lowest.py > $(LOWEST)/constraints.txt
	$(LOWEST)/bin/pip install --quiet --disable-pip-version-check --constraint $(LOWEST)/constraints.txt --editable '.[dev]'
	$(LOWEST)/bin/pytest -q -n auto --dist worksteal

mutants: $(READY)     ## seeded changes to the code that no test notices: COUNT of them, by SEED (docs/mutants.md)
	$(BIN)/python -m tests.mutants $(or $(COUNT),80) $(or $(SEED),1)

breaks: $(READY)      ## every one thing of every type broken, and whether the gate says which: COUNT of each type (0: all), by SEED
	$(BIN)/python -m tests.breaks $(or $(COUNT),0) $(or $(SEED),1)

bench: $(READY)       ## how fast it is, as ratios measured in one run (benchmarks/README.md)
	$(BIN)/python -m benchmarks

docs: $(READY)        ## the pages and schemas that are made from the code
	$(BIN)/python docs/generate.py

docs-check: $(READY)  ## whether they are current; a test of `make test` as well
	$(BIN)/python docs/generate.py --check

$(SITE)/ready: pyproject.toml
	$(PYTHON) -m venv $(SITE)
	$(SITE)/bin/pip install --quiet --disable-pip-version-check --editable '.[site]'
	touch $@

site: $(SITE)/ready   ## the pages as a site to learn from, in site/; a link that leads nowhere, or out at load, is an error
	NO_MKDOCS_2_WARNING=1 $(SITE)/bin/mkdocs build --strict --site-dir site
	$(SITE)/bin/python -m docs.external site

dist: $(READY)        ## wheel, source distribution, SBOM and digests, in dist/
	$(BIN)/python -m release dist

dist-check: dist      ## whether another folder, clock, language and umask give the same bytes
	$(BIN)/python -m release --check dist

oracles: $(READY)     ## what independent readers say, written into fixtures/*/real, and about outputs
	$(BIN)/python -m tests.oracles

browser: $(VENV)/browser $(CHROMIUM) ## the page of `evidence inspect --html` in a real browser
	CHROMIUM=$(CHROMIUM) $(BIN)/pytest -q tests/browser/page.py

pictures: $(VENV)/browser $(CHROMIUM) ## the picture in README.md, made by that browser
	CHROMIUM=$(CHROMIUM) $(BIN)/python docs/pictures.py

$(VENV)/browser: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev,browser]'
	touch $@

$(CHROMIUM):
	@echo "Chromium comes from the system's packages: apt-get install chromium"
	$(SUDO) apt-get update --quiet
	$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends chromium

engines:              ## examples/engines on Spark, Ray, DuckDB, Polars and Dask, a worker killed; FULL=1 for ten times as much
	PYTHON=$(PYTHON) tests/engines/prepare $(ENGINES)
	$(ENGINES)/bin/python -m tests.engines $(if $(FULL),200000,20000)

release-schemas: $(READY) ## on release: the schemas as they are now are those that later ones are compared with
	$(BIN)/python -m docs.release

interop: $(READY)     ## other readers on every case, each in an environment of its own: docs/interop.md
	$(BIN)/python -m interop .interop

clean:
	rm -rf $(VENV) $(LOWEST) $(ENGINES) $(SITE) site dist .oracles .interop
