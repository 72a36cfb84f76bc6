# provenance: everything that is done with a checkout. `make help` lists it.
# Needs make, a POSIX shell and Python 3.11 or newer; all else goes into .venv.

PYTHON ?= python3
# constraints.txt is made on the oldest Python that we support.
CONSTRAINTS_PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTHON_SOURCES := provenance benchmarks docs tests

# Data that we may not ship is named on the command line: make eval DATA=path
DATA ?=
# Further words for the program that a target runs: make test ARGS="-k fetch"
ARGS ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-next check fmt fmt-check lint type contracts docs docs-check bench readers pages jobs durability comparison eval event plagdet retrieval direction train smoke constraints clean traces scale minhash ssrf badhttp spark test-spark within screening evasion fuzz soak stuffing throughput peers alarms glances audit

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

# --- the environment ---------------------------------------------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "provenance needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo missing)." >&2; \
	  echo "Name another one: make PYTHON=python3.12 …" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "This Python cannot make environments. On Debian and Ubuntu: apt install python3-venv" >&2; exit 2; }
	@echo "making $(VENV) (once) …"
	@$(PYTHON) -m venv $(VENV)

# Two stamps in one environment: what running takes, and what working on it takes.
$(VENV)/.stamp-run: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing what provenance needs …"
	@$(PIP) install -c constraints.txt -e '.[serve]'
	@touch $@

$(VENV)/.stamp-dev: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing what working on provenance needs …"
	@$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $(VENV)/.stamp-run $@

# --- to use ------------------------------------------------------------------------------------

demo: $(VENV)/.stamp-run ## the shipped corpus, end to end, into demo.db
	@$(BIN)/provenance demo --db demo.db

# --- to work on it -----------------------------------------------------------------------------

test: $(VENV)/.stamp-dev ## run the tests (ARGS="-k word" for some)
	@$(BIN)/python -m pytest -n 2 $(ARGS)

# The other datasette that we promise to work on; it has an environment of its own.
DATASETTE_NEXT := 1.0a41
NEXT := .venv-next

$(NEXT)/.stamp-$(DATASETTE_NEXT): $(BIN)/python pyproject.toml constraints.txt
	@echo "installing datasette $(DATASETTE_NEXT) beside it …"
	@$(BIN)/python -m venv --clear $(NEXT)
	@$(NEXT)/bin/python -m pip --disable-pip-version-check --quiet install -c constraints.txt -e . pytest pytest-timeout pytest-xdist hypothesis playwright axe-core-python
	@$(NEXT)/bin/python -m pip --disable-pip-version-check --quiet install 'datasette==$(DATASETTE_NEXT)'
	@touch $@

test-next: $(NEXT)/.stamp-$(DATASETTE_NEXT) ## the tests of our datasette pages, on the next datasette
	@$(NEXT)/bin/python -m pytest -n 2 tests/test_datasette.py tests/test_browser.py tests/test_publish.py $(ARGS)

# Large, and needs Java: not among what working on provenance takes.
$(VENV)/.stamp-spark: $(VENV)/.stamp-dev
	@echo "installing pyspark …"
	@$(PIP) install -c constraints.txt -e '.[spark]'
	@touch $@

test-spark: $(VENV)/.stamp-spark ## the same rows from Spark; needs Java 17
	@$(BIN)/python -m pytest -rs tests/test_spark.py $(ARGS)

check: fmt-check lint type contracts test docs-check ## all that must pass before a commit

# A tool of its own, beside the environment that it looks at.
PIP_AUDIT := 2.10.1
AUDIT := .venv-audit

$(AUDIT)/.stamp-$(PIP_AUDIT): $(BIN)/python
	@echo "installing pip-audit $(PIP_AUDIT) …"
	@$(BIN)/python -m venv --clear $(AUDIT)
	@$(AUDIT)/bin/python -m pip --disable-pip-version-check --quiet install 'pip-audit==$(PIP_AUDIT)' || { \
	  echo "audit: pip-audit cannot be installed, and nothing was checked; it needs the network" >&2; exit 2; }
	@touch $@

audit: $(AUDIT)/.stamp-$(PIP_AUDIT) ## known vulnerabilities of the pinned versions; asks PyPI
	@$(BIN)/python -m benchmarks.audit $(AUDIT)/bin/pip-audit constraints.txt

fmt: $(VENV)/.stamp-dev ## format the code
	@$(BIN)/ruff format $(PYTHON_SOURCES)
	@$(BIN)/ruff check --select I --fix --quiet $(PYTHON_SOURCES)

fmt-check: $(VENV)/.stamp-dev ## is the code formatted?
	@$(BIN)/ruff format --check $(PYTHON_SOURCES)

lint: $(VENV)/.stamp-dev ## ruff's rules
	@$(BIN)/ruff check $(PYTHON_SOURCES)

type: $(VENV)/.stamp-dev ## mypy, strict
	@$(BIN)/mypy provenance benchmarks docs/make.py

contracts: $(VENV)/.stamp-dev ## which module may import which
	@$(BIN)/lint-imports

docs: $(VENV)/.stamp-dev ## write the pages of docs/ that come from the code
	@$(BIN)/python docs/make.py

docs-check: $(VENV)/.stamp-dev ## are they as the code has them?
	@$(BIN)/python docs/make.py --check

# --- to measure --------------------------------------------------------------------------------

bench: $(VENV)/.stamp-dev ## speed of the command line (DATA=folder of originals; else the demo's)
	@$(BIN)/python -m benchmarks.coldstart $(if $(DATA),--originals '$(DATA)')

jobs: $(VENV)/.stamp-dev ## how scanning grows with workers, and its memory (DATA=folder)
	@$(call need-data)
	@$(BIN)/python -m benchmarks.jobs '$(DATA)' --write $(ARGS)

screening: $(VENV)/.stamp-dev ## what the screen of a scan lets through and loses (DATA=folder ARGS=database)
	@$(call need-data)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.screening '$(DATA)' --write $(ARGS)

glances: $(VENV)/.stamp-dev ## what a glance spares of the comparisons, and loses (DATA=folder ARGS=database)
	@$(call need-data)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.glances '$(DATA)' --write $(ARGS)

throughput: $(VENV)/.stamp-dev ## pages a second of a scan, beside trafilatura and datasketch (DATA=folder ARGS=database)
	@$(call need-data)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.throughput '$(DATA)' --write $(ARGS)

durability: $(VENV)/.stamp-dev ## kill add, scan and reindex at many moments and compare their rows
	@$(BIN)/python -m benchmarks.durability --write $(ARGS)

within: $(VENV)/.stamp-dev ## how comparing a crawl with itself grows, and what it finds
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.within --write $(ARGS)

pages: $(VENV)/.stamp-dev ## time the page of a match with two long texts
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.pages --write $(ARGS)

comparison: $(VENV)/.stamp-dev ## time one comparison (DATA=folder of labelled pairs)
	@$(call need-data)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.comparison '$(DATA)' --write $(ARGS)

eval: $(VENV)/.stamp-dev ## write the tables of docs/quality.md (DATA=folder of labelled pairs)
	@$(call need-data)
	@$(BIN)/python -m benchmarks.evaluate '$(DATA)' --write $(ARGS)

readers: $(VENV)/.stamp-dev ## speed of reading crawls, and what is kept of damaged ones (DATA=folder)
	@$(call need-data)
	@$(BIN)/python -m benchmarks.readers '$(DATA)' --write $(ARGS)

peers: $(VENV)/.stamp-dev ## what other measures find on the same pairs, into docs/quality.md (DATA=folder)
	@$(call need-data)
	@$(BIN)/python -m benchmarks.peers '$(DATA)' --write $(ARGS)

alarms: $(VENV)/.stamp-dev ## pages flagged without a source, into docs/quality.md (DATA=folder ARGS=database)
	@$(call need-data)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.alarms '$(DATA)' --write $(ARGS)

plagdet: $(VENV)/.stamp-dev ## where in the text, by PAN's measure, into docs/quality.md (DATA=folder)
	@$(call need-data)
	@$(BIN)/python -m benchmarks.plagdet '$(DATA)' --write $(ARGS)

event: $(VENV)/.stamp-dev ## measure copies and own reports of one event (DATA=folder)
	@$(call need-data)
	@$(BIN)/python -m benchmarks.event '$(DATA)' --write $(ARGS)

retrieval: $(VENV)/.stamp-dev ## measure whether true sources are proposed (DATA=folder)
	@$(call need-data)
	@$(BIN)/python -m benchmarks.retrieval '$(DATA)' --write $(ARGS)

traces: $(VENV)/.stamp-dev ## traces on real pages, read by hand, into docs/traces.md (DATA=folder)
	@$(call need-data)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.traces '$(DATA)' --write $(ARGS)

scale: $(VENV)/.stamp-dev ## measure the index as it grows (DATA=folder, ARGS="--size N --flood N")
	@$(call need-data)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.scale '$(DATA)' --write $(ARGS)

minhash: $(VENV)/.stamp-dev ## speed of signatures beside datasketch and rensa (DATA=folder)
	@$(call need-data)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.minhash '$(DATA)' --write $(ARGS)

ssrf: $(VENV)/.stamp-dev ## addresses that must not be reached, into docs/security.md
	@$(BIN)/python -m benchmarks.ssrf --write $(ARGS)

badhttp: $(VENV)/.stamp-dev ## servers that behave badly, into docs/security.md
	@$(BIN)/python -m benchmarks.badhttp --write $(ARGS)

spark: $(VENV)/.stamp-spark ## Spark against one process: rows, growth, cost (DATA=folder); needs Java 17
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.spark $(if $(DATA),--cost '$(DATA)') --write $(ARGS)

evasion: $(VENV)/.stamp-dev ## how much each evasion lowers detection, into docs/security.md
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.evasion --write $(ARGS)

stuffing: $(VENV)/.stamp-dev ## unrelated texts with the same sentences put in, into docs/security.md
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.stuffing --write $(ARGS)

fuzz: $(VENV)/.stamp-dev ## fuzz every room that reads, into docs/security.md (ARGS="--executions N --minutes N")
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.fuzz --write $(ARGS)

soak: $(VENV)/.stamp-dev ## scan hostile pages for long, into docs/security.md (ARGS="--minutes 120")
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.soak --write $(ARGS)

direction: $(VENV)/.stamp-dev ## write the tables of docs/direction.md (simulated timelines)
	@$(BIN)/python -m benchmarks.direction --write $(ARGS)

train: $(VENV)/.stamp-dev ## train the verdict model again (DATA=folder)
	@$(call need-data)
	@$(BIN)/python -m benchmarks.train '$(DATA)' $(ARGS)

define need-data
test -n '$(DATA)' || { \
  echo "make $@ needs labelled data, which is not ours to ship: make $@ DATA=folder" >&2; \
  echo "benchmarks/dataset.py says what the folder holds." >&2; exit 2; }; \
test -d '$(DATA)' || { echo "make $@: there is no folder $(DATA)" >&2; exit 2; }
endef

# --- to release --------------------------------------------------------------------------------

smoke: $(VENV)/.stamp-dev ## build the wheel, install it elsewhere, run the demo from it
	@set -e; \
	away=$$(mktemp -d); trap 'rm -rf "$$away"' EXIT; trap 'exit 130' INT TERM; \
	unset PYTHONPATH PROVENANCE_DB; \
	echo "building …"; \
	$(BIN)/python -m build --outdir "$$away/dist" . >"$$away/build.log" 2>&1 || { cat "$$away/build.log" >&2; exit 1; }; \
	echo "installing $$(basename "$$away"/dist/*.whl) …"; \
	$(BIN)/python -m venv "$$away/venv"; \
	"$$away/venv/bin/python" -m pip --disable-pip-version-check --quiet install -c constraints.txt "$$away"/dist/*.whl; \
	mkdir "$$away/elsewhere"; cd "$$away/elsewhere"; \
	"$$away/venv/bin/provenance" --version; \
	"$$away/venv/bin/provenance" demo >demo.txt || { cat demo.txt >&2; exit 1; }; \
	test -s demo.db || { echo "smoke: the demo left no demo.db" >&2; exit 1; }; \
	"$$away/venv/bin/provenance" matches --reposts --json --db demo.db >matches.json; \
	"$$away/venv/bin/python" -c 'import json, sys; n = len(json.load(open("matches.json", encoding="utf-8"))); print(f"{n} reposts in demo.db"); sys.exit(n <= 20)' || { \
	  echo "smoke: the demo should find more than 20 reposts" >&2; exit 1; }; \
	echo "smoke: the wheel works on its own"

constraints: ## pin what pyproject.toml installs today, on Python 3.11
	@set -e; \
	$(CONSTRAINTS_PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || { \
	  echo "make constraints needs Python 3.11: make constraints CONSTRAINTS_PYTHON=path" >&2; exit 2; }; \
	away=$$(mktemp -d); trap 'rm -rf "$$away"' EXIT; trap 'exit 130' INT TERM; \
	$(CONSTRAINTS_PYTHON) -m venv "$$away/venv"; \
	"$$away/venv/bin/python" -m pip --disable-pip-version-check --quiet uninstall --yes setuptools; \
	"$$away/venv/bin/python" -m pip --disable-pip-version-check --quiet install '.[dev,spark]'; \
	sed -n '/^#/p' constraints.txt >"$$away/new"; \
	"$$away/venv/bin/python" -m pip --disable-pip-version-check freeze --all --exclude pip --exclude article-provenance >>"$$away/new"; \
	cp "$$away/new" constraints.txt; \
	echo "constraints.txt: $$(grep -c '==' constraints.txt) pins; now run make check smoke"

clean: ## remove all that is made here: the environment, caches, builds, demo.db
	rm -rf $(VENV) $(NEXT) $(AUDIT) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -f demo.db demo.db-wal demo.db-shm
	find provenance benchmarks docs tests -name __pycache__ -type d -prune -exec rm -rf {} +
