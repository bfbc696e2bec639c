# `make help` lists what there is to make.

PYTHON ?= python3
PORT   ?= 8000
VENV   := .venv
BIN    := $(VENV)/bin
# Written when the environment holds what the lock says; an older stamp means it has to be made anew.
SITE   := $(VENV)/site.stamp
TESTS  := $(VENV)/test.stamp
NODE   := node_modules/.package-lock.json
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SOURCE := build.py jisr tests benchmarks docs
STYLES := 'static/css/**/*.css' 'jisr/serve/client/*.css'
# The benchmark: so many articles, and rounds of each case.
N      ?= 1000
RUNS   ?= 3
RIVALS := benchmarks/.tools

.PHONY: help site serve test lint type fix gettext bench latency lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1 \t\2/p' $(MAKEFILE_LIST) | expand -t 16

site: $(SITE) ## build this repository's site into public/
	@$(BIN)/python build.py
	@echo "The site is in public/. To look at it: make serve"

serve: $(SITE) ## show the site at http://127.0.0.1:8000/ while you write
	@$(BIN)/jisr serve --port $(PORT)

test: lint type gettext ## install what the tests need and run everything
	$(BIN)/pytest --numprocesses auto --dist loadfile -m "not kill" --no-loadscope-reorder # those of the browser first
	$(BIN)/pytest --numprocesses auto --dist load -m kill # by themselves: they aim at moments

lint: $(TESTS) $(NODE) ## check style: Python with ruff, CSS with stylelint
	$(BIN)/ruff check $(SOURCE)
	$(BIN)/ruff format --check $(SOURCE)
	node_modules/.bin/stylelint $(STYLES)

type: $(TESTS) ## check types with mypy --strict
	$(BIN)/mypy

fix: $(TESTS) $(NODE) ## repair what ruff and stylelint can repair
	$(BIN)/ruff check --fix $(SOURCE)
	$(BIN)/ruff format $(SOURCE)
	node_modules/.bin/stylelint --fix $(STYLES)

# The one tool with no package on PyPI or npm.
gettext:
	@command -v msgfmt >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -yqq --no-install-recommends gettext; \
	  else echo 'msgfmt is missing: install the package gettext (apt-get install gettext)' >&2; exit 1; fi; }

bench: $(RIVALS)/stamp ## measure builds beside those of Hugo, Eleventy and Pelican (N=10000 for the real thing)
	@$(RIVALS)/venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --force-reinstall .
	@$(RIVALS)/venv/bin/python benchmarks/run.py --n $(N) --runs $(RUNS) $(BENCH)

latency: $(TESTS) ## measure how soon the preview shows what is saved, in a browser (N, RUNS)
	@$(BIN)/python benchmarks/preview.py --n $(N) --runs $(RUNS)

lock: ## write requirements/ and package-lock.json anew (UPGRADE=--upgrade takes newer versions)
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/pip install --quiet uv==0.13.9
	$(VENV)/lock/bin/uv pip compile $(LOCK) --group build -o requirements/site.txt
	$(VENV)/lock/bin/uv pip compile $(LOCK) --group build --group test -c requirements/site.txt -o requirements/test.txt
	$(VENV)/lock/bin/uv pip compile $(LOCK) --group build --group bench -c requirements/site.txt -o requirements/bench.txt
	npm install --package-lock-only
	npm --prefix benchmarks install --package-lock-only

LOCK := pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate --quiet \
  --custom-compile-command 'make lock' $(UPGRADE)

clean: ## remove everything that was made
	rm -rf $(VENV) .jisr public dist node_modules .hypothesis .mypy_cache .pytest_cache .ruff_cache
	rm -rf $(RIVALS) benchmarks/.work
	find $(SOURCE) -name __pycache__ -type d -prune -exec rm -rf {} +

$(SITE): requirements/site.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Jisr needs Python 3.11 or newer; name one: make PYTHON=…")'
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) --require-hashes -r requirements/site.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(TESTS): requirements/test.txt $(SITE)
	$(PIP) --require-hashes -r requirements/test.txt
	@touch $@

# A plain install of Jisr and the others in one environment, apart from the one for development.
$(RIVALS)/stamp: requirements/bench.txt benchmarks/package-lock.json
	@command -v npm >/dev/null || { echo 'npm is missing: install Node.js 20.19 or newer' >&2; exit 1; }
	$(PYTHON) -m venv --clear $(RIVALS)/venv
	$(RIVALS)/venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	cp benchmarks/package.json benchmarks/package-lock.json benchmarks/.npmrc $(RIVALS)/
	npm --prefix $(RIVALS) ci
	@touch $@

$(NODE): package-lock.json
	@command -v npm >/dev/null || { echo 'npm is missing: install Node.js 20.19 or newer' >&2; exit 1; }
	npm ci
	@touch $@
