# All habits of this repository. Needs Python 3.11 or newer and nothing else; everything is put into .venv once.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SPARK_STAMP := $(VENV)/.installed-spark
HOME_DIR ?= var
SCALE ?= small
WORKERS ?= auto

.PHONY: help install demo test lint format bench dagster docs lock browser spark java clean

help:  ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

install: $(STAMP)  ## set up .venv with the pinned packages and xiansuo itself

$(STAMP): constraints.txt pyproject.toml
	@python=''; \
	for candidate in "$${PYTHON:-}" $(BIN)/python python3 python3.14 python3.13 python3.12 python3.11; do \
	  if [ -n "$$candidate" ] && "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then python="$$candidate"; break; fi; \
	done; \
	if [ -z "$$python" ]; then echo 'xiansuo needs Python 3.11 or newer (set PYTHON=/path/to/python3)' >&2; exit 4; fi; \
	if [ ! -x $(BIN)/python ]; then \
	  "$$python" -m venv $(VENV) || { echo 'python -m venv failed: on Debian install python3-venv' >&2; exit 4; }; \
	fi
	$(BIN)/python -m pip install --quiet --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: install  ## synthetic province -> lake -> marts -> models -> clues (SCALE=small|medium|large, HOME_DIR=var)
	$(BIN)/xiansuo --home $(HOME_DIR) demo --scale $(SCALE) --no-serve

test: install browser spark  ## all tests: unit, corpus, integration, e2e (PYTEST_ARGS=... narrows, WORKERS=0 for one process)
	$(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 4 --dist loadfile $(PYTEST_ARGS)

lint: install  ## style, types, layers, units
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/xiansuo check

format: install  ## write the one format
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: install  ## measure the bars of the README (ratios within one process)
	$(BIN)/python -m bench

dagster: install  ## the orchestrator's pages: assets, schedules, sensor (stops with Ctrl-C)
	@export DAGSTER_HOME="$${DAGSTER_HOME:-$(CURDIR)/var/dagster}"; \
	mkdir -p "$$DAGSTER_HOME"; \
	[ -f "$$DAGSTER_HOME/dagster.yaml" ] || cp pipelines/dagster.yaml "$$DAGSTER_HOME/dagster.yaml"; \
	exec $(BIN)/dagster dev -w workspace.yaml

docs: install  ## write the generated pages of docs/
	$(BIN)/python -m xiansuo.cli.reference docs/cli.md

lock: install  ## pin every package again, with hashes, from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --extra dev \
	  --no-strip-extras --no-emit-index-url --custom-compile-command 'make lock' --upgrade --quiet -o constraints.txt
	$(BIN)/python -c "import tomllib; \
	  print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['spark'], sep='\n')" | \
	$(BIN)/uv pip compile - -c constraints.txt --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --custom-compile-command 'make lock' --upgrade --quiet -o constraints-spark.txt

spark: $(SPARK_STAMP) java  ## add the second engine to .venv: pyspark (450 MB) and, as root on Debian, Java

$(SPARK_STAMP): constraints-spark.txt $(STAMP)
	$(BIN)/python -m pip install --quiet --require-hashes -r constraints-spark.txt
	@touch $@

java:
	@if command -v java >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends default-jre-headless >/dev/null; \
	else \
	  echo 'Java is missing: the Spark tests will be skipped. Install it (Debian: apt-get install default-jre-headless).' >&2; \
	fi

browser:
	@if command -v chromium chromium-browser google-chrome >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; \
	else \
	  echo 'Chromium is missing: the browser tests will fail. Install it (Debian: apt-get install chromium).' >&2; \
	fi

clean:  ## remove caches, not the environment and not the data
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
