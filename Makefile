PORT ?= 8000
DATA_DIR ?= var
PYTHON ?= python3
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
export PORT DATA_DIR ADMIN_PASSWORD DATABASE_URL REDIS_URL
# Empty values would read as settings that somebody made.
UNSET := $(foreach name,ADMIN_PASSWORD DATABASE_URL REDIS_URL,$(if $(value $(name)),,-u $(name)))
RUN := exec env $(UNSET)

.DEFAULT_GOAL := up
.PHONY: up demo test check soak bench

up: $(VENV)/.installed
	@$(RUN) $(BIN)/python manage.py up --port $(PORT) --data-dir "$$DATA_DIR"

demo: $(VENV)/.installed
	@$(RUN) $(BIN)/python manage.py demo --port $(PORT) --data-dir "$$DATA_DIR"

test: $(VENV)/.installed-dev
	@exec env -u DATA_DIR -u PORT $(UNSET) $(BIN)/python -m pytest -m "not soak" -n $(WORKERS) --dist loadfile $(ARGS)

soak: $(VENV)/.installed-dev
	@exec env -u DATA_DIR -u PORT $(UNSET) $(BIN)/python -m pytest -m soak $(ARGS)

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	@# Deployment is checked as it is deployed: behind TLS. A laptop's plain HTTP on loopback is no deployment.
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && export DATA_DIR="$$folder" && \
	GOVERNANCE_HTTPS=1 GOVERNANCE_BASE_URL=https://governance.example.org $(BIN)/python manage.py check --deploy --fail-level WARNING && \
	$(BIN)/python manage.py settings_table --check && \
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

bench: $(VENV)/.installed-dev
	@$(RUN) $(BIN)/python -m benchmarks

# A stamp holds what was installed: the file is compared, not its date, so a fresh checkout installs nothing twice.
$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	@cmp -s requirements.txt $@ || { $(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements.txt && cp requirements.txt $@; }
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@cmp -s requirements-dev.txt $@ || { $(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements-dev.txt && cp requirements-dev.txt $@; }
	@touch $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "error: Python 3.11 or newer is needed; name one with PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
