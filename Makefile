# make run    install what is needed and start the bot in a Teams of our own, on this machine
# make test   install what is needed and run every test, the browser ones included
# make lint   style, types, import contracts
# make audit  look for known vulnerabilities and unknown licences, and list what the bot is made of; asks the services
# make bench  measure the bot beside its peers
# make prove  try what the bot promises, while it is killed and its services misbehave
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WEB := bot/sandbox/web/node_modules/.package-lock.json
PEERS := tests/node/node_modules/.package-lock.json
NPM_CI := npm ci --ignore-scripts --no-audit --no-fund --silent

.PHONY: run install test browser postgres lint format lock audit bench prove pictures clean
.DELETE_ON_ERROR:

run: install
	$(BIN)/hotseat sandbox

install: $(VENV)/installed $(WEB)

# A process of the tests for each core. What they start is a Python of its own each, which finds the bot compiled.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/installed-dev $(WEB) $(PEERS) browser postgres
	$(BIN)/pytest -n logical --dist worksteal --cov --cov-report= --durations=15
	$(BIN)/coverage report

lint: $(VENV)/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

audit: $(VENV)/installed-dev .venv-audit/installed
	$(BIN)/python -m tests.audit

bench: $(VENV)/installed-dev
	tests/bench/run.sh $(BENCH)

prove: export PYTHONDONTWRITEBYTECODE :=
prove: $(VENV)/installed-dev postgres
	$(BIN)/python -m tests.prove $(PROVE)

pictures: $(VENV)/installed-dev $(WEB) $(PEERS) browser
	$(BIN)/python -m tests.pictures .github/pictures

lock: $(VENV)/installed-dev
	$(BIN)/uv pip compile -q --generate-hashes --no-strip-extras --no-emit-index-url --no-annotate --no-header --python-version 3.11 --extra encoder --extra postgres pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --generate-hashes --no-strip-extras --no-emit-index-url --no-annotate --no-header --python-version 3.11 --extra encoder --extra postgres --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 tests/audit/requirements.in -o tests/audit/requirements.lock

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Hotseat needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv; } || { echo "Install the package python3-venv, then run make again."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	touch $@

$(VENV)/installed-dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@ $(VENV)/installed

.venv-audit/installed: tests/audit/requirements.lock | $(VENV)/bin/python
	$(PYTHON) -m venv --clear .venv-audit
	.venv-audit/bin/pip install -q --disable-pip-version-check --require-hashes -r tests/audit/requirements.lock
	touch $@

$(WEB): bot/sandbox/web/package-lock.json
	$(NPM_CI) --prefix bot/sandbox/web
	touch $@

$(PEERS): tests/node/package-lock.json
	$(NPM_CI) --prefix tests/node
	touch $@

browser:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } \
	|| printf '\n*** No browser: the tests in a real browser will be SKIPPED. Install Debian'"'"'s package chromium to run them. ***\n\n'

# Debian's package would start a server of its own at once, which nobody asked for; the tests start theirs.
postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { [ "$$(id -u)" = 0 ] && mkdir -p /etc/postgresql-common \
	&& echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold postgresql; } \
	|| printf '\n*** No PostgreSQL: the tests of several replicas will be SKIPPED. Install Debian'"'"'s package postgresql to run them. ***\n\n'

clean:
	rm -rf $(VENV) .venv-audit .venv-bench build bot/sandbox/web/node_modules tests/node/node_modules
