# GNU make 3.81 or newer (macOS has 3.81). Everything is installed into .venv; nothing else is touched.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet install --require-hashes

.PHONY: help up test faults bench bench-scoring lint format demo-xeducation install install-dev browser
.DEFAULT_GOAL := help

help:
	@echo "make up               start everything (LEADBOARD_DEMO=0 without the demo; LEADBOARD_PORT=8000)"
	@echo "make test             install what tests need and run them all, browser tests included"
	@echo "make faults           kill -9 under load at full size: 1,000 leads, 32 clients, a few minutes"
	@echo "make lint             ruff and mypy"
	@echo "make format           let ruff write the code in its one form"
	@echo "make bench            measure, each figure beside its floor"
	@echo "make bench-scoring    the learner beside its rivals; DATA=leads.csv MAPPING=leads.yaml for your own leads"
	@echo "make demo-xeducation  9,240 real leads through the intake; prints how well the model ranks them"

up: install
	@LEADBOARD_DEMO=$${LEADBOARD_DEMO:-1} exec $(PY) -m leadboard.supervisor

test: install-dev browser
	@CHROMIUM="$$($(PY) -m tests.chromium path)" $(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

faults: install-dev
	@LEADBOARD_FAULT_LEADS=1000 $(PY) -m pytest tests/faults -v $(ARGS)

bench: install-dev
	@$(PY) -m tests.bench $(ARGS)

bench-scoring: install-dev $(VENV)/.tried-bench
	@$(PY) -W ignore -m tests.bench.outcomes $(DATA) $(MAPPING) $(ARGS)

demo-xeducation: install
	@$(PY) manage.py demo_xeducation $(ARGS)

lint: install-dev
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy leadboard qualification handoff

format: install-dev
	@$(VENV)/bin/ruff check --fix --quiet . || true
	@$(VENV)/bin/ruff format .

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

# Two of the rivals are libraries that nothing else needs: where they cannot be had they are left out with a word.
$(VENV)/.tried-bench: tests/bench/requirements.txt $(VENV)/.installed-dev
	@$(PIP) -r tests/bench/requirements.txt || echo "CatBoost and LightGBM could not be installed"
	@touch $@

browser: install-dev
	@$(PY) -m tests.chromium ensure

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "leadboard needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)."; \
		echo "Install one and say: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(PY)
	@echo "installing into $(VENV) (once, a minute or two)"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: tests/requirements.txt $(VENV)/.installed
	@$(PIP) -r tests/requirements.txt
	@touch $@
