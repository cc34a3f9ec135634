# `make demo` and `make test` need python3 (3.11 or newer) with its venv module, and make; nothing else.
# All packages come, by hash, from the files in locks/ and go into .venv.

PYTHON ?= python3
ARGS ?=
VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv

export UV_PYTHON_DOWNLOADS := never

# A changed lock makes another stamp, whatever a checkout did to the files' times.
HASH := $(shell cat locks/tools.txt locks/run.txt locks/dev.txt pyproject.toml | cksum | cut -d' ' -f1)
RUN := $(VENV)/.ready-run-$(HASH)
DEV := $(VENV)/.ready-dev-$(HASH)

.DEFAULT_GOAL := help
.PHONY: help demo test slow check bench format lock clean

help:
	@echo "make demo    the whole journey on this machine, no Google account needed (ARGS=\"--requests 8\")"
	@echo "make test    the tests (ARGS=\"tests/front\" for some of them)"
	@echo "make check   format, lint, types, documentation and all tests, the slow ones too"
	@echo "make bench   how long a night of a thousand requests takes, and what it costs (ARGS=\"300\" for fewer)"
	@echo "make format  lay out the code"
	@echo "make lock    renew the files in locks/"
	@echo "make clean   remove .venv and what tools left behind"

# With the developer's packages in place there is nothing to add for a run.
demo: $(if $(wildcard $(DEV)),$(DEV),$(RUN))
	@$(VENV)/bin/badge-bridge demo $(ARGS)

test: $(DEV)
	@$(PY) -m pytest -n auto -m "not slow" $(ARGS)

slow: $(DEV)
	@$(PY) -m pytest -n auto -m slow $(ARGS)

check: $(DEV)
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy --strict bridge
	$(PY) -m pytest tests/test_house.py
	$(PY) -m pytest -n auto

bench: $(DEV)
	@$(PY) -m benchmarks.night $(ARGS)

format: $(DEV)
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix-only .

COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header

# Any uv will do: a changed pyproject.toml must not take the developer's packages away first.
lock: $(if $(wildcard $(UV)),,$(RUN))
	printf 'setuptools>=80\nuv\n' | $(COMPILE) --no-annotate - -o locks/tools.txt
	$(COMPILE) pyproject.toml -o locks/run.txt
	$(COMPILE) pyproject.toml --extra postgres --group dev -c locks/run.txt -o locks/dev.txt

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
	@$(UV) pip sync -q --require-hashes --python $(PY) $(1) || \
		$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r $(1)
	@$(PY) -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
endef

$(RUN): | $(PY)
	$(call install,locks/run.txt)

$(DEV): | $(PY)
	$(call install,locks/dev.txt)
