# threefold: `make` alone lists the targets.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# More workers than cores, because the tests of Slurm mostly wait.
PYTEST = $(BIN)/pytest -n 3 --no-loadscope-reorder
# Options for Snakemake, e.g. make reproduce ARGS="--configfile mine.yaml"
ARGS ?=

.PHONY: help setup lock reproduce claims verify crate cost sync test test-fast bench lint format config clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/ready ## make .venv with the exact versions of the lock files; TORCH=gpu takes torch for NVIDIA GPUs

# Given twice, --quiet leaves errors alone.
INSTALL = $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation
LOCKED = $(INSTALL) --require-hashes --requirement

.venv/bin/python:
	@$(PYTHON) -c "" 2> /dev/null || { \
		echo "there is no '$(PYTHON)'; name a Python 3.11 or newer, as in: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c "import sys; sys.version_info >= (3, 11) or sys.exit('threefold needs Python 3.11 or newer; $(PYTHON) is ' + sys.version.split()[0])"
	@$(PYTHON) -m venv --clear .venv > /dev/null || { rm -rf .venv; \
		echo "$(PYTHON) cannot make a virtual environment in .venv; on Debian and Ubuntu, install python3-venv" >&2; exit 1; }

.venv/ready: .venv/bin/python $(wildcard requirements*.lock) pyproject.toml
	@echo "installing the lock files into .venv (2.7 GB; a few minutes the first time)"
	@$(LOCKED) requirements-build.lock
	@if [ "$(TORCH)" = gpu ] || ! $(LOCKED) requirements-torch-cpu.lock 2> /dev/null; then \
		echo "torch is taken in its build for NVIDIA GPUs (4 GB more); docs/install.md says how to get that for CPUs"; \
		$(LOCKED) requirements-torch-gpu.lock; fi
	@$(LOCKED) requirements.lock
	@$(INSTALL) --editable .
	@touch $@

lock: ## write the lock files anew from pyproject.toml (needs uv); ARGS="--upgrade-package numpy" raises a pin
	@command -v uv > /dev/null || { echo "make lock needs uv, a package installer: pip install uv" >&2; exit 1; }
	@$(PYTHON) envs/lock.py $(ARGS)

# Jobs on this machine are forks of one process; another profile goes before it, as in ARGS="--profile profiles/slurm".
reproduce: export SNAKEMAKE_PROFILE := $(or $(SNAKEMAKE_PROFILE),profiles/local)
reproduce: setup ## run everything; ends with the figures, the claims and results/report.html
	@$(BIN)/threefold unlock
	@PATH="$(CURDIR)/$(BIN):$$PATH" snakemake all --report results/report.html --report-after-run $(ARGS)
	-@$(BIN)/threefold runs > /dev/null & $(BIN)/threefold claims; wait
	@echo; echo "figures: results/figures/   claims: results/claims.csv   report: results/report.html"

claims: setup ## print the claims and their verdicts
	@$(BIN)/threefold claims --all

verify: setup ## compare every artifact with results/threefold.lock.json
	@$(BIN)/threefold verify

crate: setup ## pack the run as an RO-Crate for an archive: threefold-crate.zip
	@$(BIN)/threefold crate

cost: setup ## what the stages and figures took, and what the same takes at the papers' scale
	@$(BIN)/threefold cost --scale config/paper.yaml

sync: setup ## upload to W&B what was tracked offline; ARGS=--dry-run only says what
	@$(BIN)/threefold sync $(ARGS)

test: setup lint ## run the checks and the tests
	@$(PYTEST) --durations=25

test-fast: setup ## the tests that run no workflow, no browser and no Slurm
	@$(PYTEST) -m "not workflow and not slurm and not chromium"

bench: setup ## measure speed side by side with plain references
	@for script in $(filter-out %_reference.py, $(wildcard benchmarks/*.py)); do $(BIN)/python $$script || exit 1; echo; done

lint: setup ## ruff, snakefmt, snakemake --lint, the import direction and codespell, without changing anything
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/snakefmt --check Snakefile rules
	@$(BIN)/snakemake --lint
	@$(BIN)/lint-imports
	@$(BIN)/codespell

format: setup ## format the code
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format
	@$(BIN)/snakefmt Snakefile rules

config: setup ## write config/config.yaml and its schema anew from workflow/threefold/config
	@$(BIN)/python -m threefold.config

clean: ## remove every result, log and Snakemake record; the environment stays
	rm -rf .snakemake logs results/*
