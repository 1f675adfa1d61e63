# Everything a person does with IGNY8. Needs python3 (3.11 or newer) and make; PYTHON=... names another interpreter.
PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
MANAGE := $(VENV_PYTHON) backend/manage.py
# Tests and benchmarks run beside a PostgreSQL and a Valkey of their own, under .igny8/test, unless servers are named.
BESIDE := PYTHONPATH=backend $(VENV_PYTHON) -m igny8_core.runtime.with_services

# `check --deploy` looks at production's settings; these values open nothing.
CHECK_ENV := IGNY8_ENV=production PUBLIC_URL=https://igny8.example ALLOWED_HOSTS=igny8.example \
	SECRET_KEY=only-for-the-check-0123456789-abcdefghijklmnopqrstuvwxyz \
	FIELD_ENCRYPTION_KEY=MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=

FIGURES := $(CURDIR)/.igny8/test/isolation.txt

.DEFAULT_GOAL := help
.PHONY: help run test test-browser test-client screenshots test-isolation test-peers test-schema test-wall-mutations lint bench reset environment \
	environment-dev

help: ## Show what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name text; do \
		printf '%-26s %s\n' "$$name" "$$text"; done

run: environment ## Start everything and stay up; Ctrl-C stops it
	@exec $(MANAGE) up

test: environment-dev ## Run the tests
	@$(BESIDE) $(VENV_PYTHON) -m pytest backend -m "not peer and not schema and not browser and not client" $(ARGS)

test-isolation: environment-dev ## Prove the wall between accounts: every operation, every actor, every id
	@mkdir -p $(dir $(FIGURES)) && rm -f $(FIGURES)
	@IGNY8_ISOLATION_FIGURES=$(FIGURES) $(BESIDE) $(VENV_PYTHON) -m pytest -m "not peer and not browser and not client" \
		backend/tests/isolation backend/tests/architecture backend/igny8_core/tenancy $(ARGS)
	@cat $(FIGURES)

test-peers: environment-dev ## Run the tests against real servers of other projects
	@$(BESIDE) backend/tests/peers/run.sh $(VENV_PYTHON) $(ARGS)

test-browser: environment-dev ## Use the console in a real browser: its journeys, every page for accessibility and size
	@$(BESIDE) backend/tests/browser/run.sh $(VENV_PYTHON) backend/tests/browser $(ARGS)

test-client: environment-dev ## Make a Python client from the API's description, and do the main job with it
	@$(BESIDE) $(VENV_PYTHON) -m pytest backend/tests/client -m client $(ARGS)

screenshots: environment-dev ## Write a picture of every page to .igny8/screenshots
	@IGNY8_SCREENSHOTS=$(CURDIR)/.igny8/screenshots WITHOUT_WORDPRESS=1 $(BESIDE) \
		backend/tests/browser/run.sh $(VENV_PYTHON) backend/tests/browser/shoot.py $(ARGS)

test-schema: environment-dev ## Ask every operation of the API with generated requests: no 5xx, every answer as described
	@$(BESIDE) $(VENV_PYTHON) -m pytest backend/tests/schema -m schema $(ARGS)

test-wall-mutations: environment-dev ## Take out each lock of the wall and see that its tests notice: NAME=... for one
	@$(BESIDE) $(VENV_PYTHON) -m tests.mutations.run $(NAME)

lint: environment-dev ## Check style, types, layers, migrations and production settings
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	PYTHONPATH=backend .venv/bin/lint-imports --no-cache
	$(MANAGE) makemigrations --check --dry-run
	$(MANAGE) spectacular --validate --fail-on-warn --file /dev/null
	$(CHECK_ENV) $(MANAGE) check --deploy --fail-level WARNING

bench: environment-dev ## Run the benchmarks, or one: make bench NAME=...
	@$(BESIDE) $(VENV_PYTHON) -m bench.run $(NAME)

reset: environment ## Remove the embedded database, queue, keys and logs, after asking (YES=1 does not ask)
	@$(MANAGE) reset_state $(if $(YES),--yes)

environment:
	@$(PYTHON) deploy/bootstrap.py run

environment-dev:
	@$(PYTHON) deploy/bootstrap.py dev
