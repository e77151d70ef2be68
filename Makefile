# The task runner: `make setup`, then `make lint test`. .ci/run calls the same verbs.
# No verb but `setup` installs anything, none needs root, none stops a service.

VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/pytest
# What a release plays beside what CI does: minutes each, or a machine that does nothing else.
EACH := slow and not release
# Of a suite with its own line below, only its quick tests belong to `slow`.
REHEARSED := tests/explorer tests/rehearse tests/sabotage tests/threenodes tests/endtoend tests/verify tests/drills \
  tests/client/test_rehearsed_clients.py tests/report/test_verify_reports.py tests/evidence/test_bad_profiles.py

.PHONY: setup lint ruff format-check mypy layers docs-check shellcheck test slow release matrix sabotage rehearse nodes docs format

setup: ## a virtual environment with all that the tests need of PyPI
	python3 -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[test]'

lint: ruff format-check mypy layers docs-check shellcheck ## all linters; `make -k lint` goes on after one that fails

ruff:
	$(BIN)/ruff check .

format-check:
	$(BIN)/ruff format --check .

mypy:
	$(BIN)/mypy

layers:
	$(BIN)/lint-imports

docs-check:
	$(BIN)/python tools/make_docs.py --check

shellcheck:
	$(BIN)/shellcheck .ci/run tools/*.sh
	$(BIN)/shellcheck -s sh templates/*/*.sh

test: ## the fast suite: 27 minutes with -n 2 (CONTRIBUTING.md); what is missing makes a test skip with its reason
	$(PYTEST)

slow: ## minutes each: real servers, a real API server, real pipelines; most of it waits
	$(PYTEST) -m "$(EACH)" -n 3 --dist loadfile --no-loadscope-reorder $(REHEARSED:%=--ignore=%)

release: ## what .ci/run leaves out because it takes minutes; hours, on a machine that does nothing else
	$(PYTEST) -m release

sabotage: ## what the rehearsal must catch, guard by guard
	$(PYTEST) -m slow tests/sabotage

rehearse: ## every scenario of the rehearsal
	$(PYTEST) -m slow tests/rehearse

nodes: ## as root: the same faults on a Kubernetes of three real nodes
	$(PYTEST) -m slow tests/threenodes tests/endtoend

matrix: ## rendering on Python 3.11, 3.12 and 3.13: the same tests, the same bytes
	tools/matrix.sh

docs: ## what is generated: docs/, the JSON Schema, rendered/, recorded output
	$(BIN)/redismanifests render profiles/jewelry-shop.yaml
	$(BIN)/python tools/make_docs.py
	UPDATE_CASES=1 $(PYTEST) -q tests/test_documents.py tests/cli/test_cases.py tests/features/test_rules.py tests/report
	$(BIN)/python tools/make_docs.py

format: ## sorts imports and formats
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
