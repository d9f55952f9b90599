# Everything runs in .venv, which the first target that needs it makes. ARGS is passed on:
#   make demo ARGS="--port 9000 --no-browser"      make test ARGS="tests/test_task.py -k late"

VENV    := .venv
PY      := $(VENV)/bin/python
PYTHON  ?= # the Python to make .venv with; empty: the newest found
WORKERS ?= 4
ARGS    ?=

LOCKED    := $(VENV)/.locked
INSTALLED := $(VENV)/.installed
PIP       := $(PY) -m pip --disable-pip-version-check --no-input
COMPILE   := $(PY) -m uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help demo run check migrate test coverage fuzz lint format bench lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

demo: $(INSTALLED) ## the whole bot offline, in a page of its own: no token, no key
	$(PY) -m bot demo $(ARGS)

run: .env $(INSTALLED) ## the bot on Discord (needs .env)
	$(PY) -m bot run $(ARGS)

check: $(INSTALLED) ## say all that is wrong with the configuration
	$(PY) -m bot check $(ARGS)

migrate: $(INSTALLED) ## bring the database to this version
	$(PY) -m bot migrate $(ARGS)

test: $(INSTALLED) ## every test; with ARGS only those
ifeq ($(strip $(ARGS)),)
	$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
else
	$(PY) -m pytest $(ARGS)
endif

coverage: $(INSTALLED) ## every test, and which lines none of them runs; takes a third longer
	$(PY) -m coverage erase
	$(PY) -m coverage run -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
	$(PY) -m coverage combine --quiet
	$(PY) -m coverage report

fuzz: $(INSTALLED) ## ten thousand odd inputs for every reader and decoder; minutes to hours, ARGS narrows it
	$(PY) -m pytest -m hypothesis --hypothesis-profile=fuzz $(if $(strip $(ARGS)),$(ARGS),-n $(WORKERS))

lint: $(INSTALLED) ## ruff and mypy --strict
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: $(INSTALLED) ## let ruff repair and format
	$(PY) -m ruff check --fix --exit-zero --quiet .
	$(PY) -m ruff format .

bench: $(INSTALLED) ## measure: prints, asserts nothing
	$(PY) -m bench $(ARGS)

lock: $(INSTALLED) ## pin anew after a change of pyproject.toml; ARGS=--upgrade for newer versions
	$(COMPILE) $(ARGS) --extra dev --output-file requirements-dev.txt
	$(COMPILE) $(ARGS) --extra media --extra postgres --extra speed --constraint requirements-dev.txt --output-file requirements.txt

clean: ## remove what was made, but neither .env nor data/
	rm -rf $(VENV) build dist *.egg-info .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis bench.json
	find bot cogs tests -name __pycache__ -type d -prune -exec rm -rf {} +

.env:
	@echo "There is no .env yet: cp .env.example .env, then fill in DISCORD_TOKEN, RELAY_URL and RELAY_KEY." >&2; exit 1

# A new lock makes a new environment, so that nothing stays behind from the old one.
$(LOCKED): requirements-dev.txt
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	    if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	        echo "Making $(VENV) with $$($$python --version): a minute, and only this once."; \
	        $$python -m venv --clear $(VENV); exit; \
	    fi; \
	done; \
	echo "Darkroom needs Python 3.11 or newer with its venv module, and none was found." >&2; \
	echo "Install one (Debian, Ubuntu: apt install python3 python3-venv), or name it: make PYTHON=/path/to/python3" >&2; \
	exit 1
	$(PIP) install --quiet --require-hashes --requirement requirements-dev.txt
	@touch $@

# Darkroom itself, from this folder. The pinned setuptools builds it: nothing unpinned is fetched.
$(INSTALLED): $(LOCKED) pyproject.toml
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
