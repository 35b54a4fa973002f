# Every target makes what it needs; `make` alone lists the targets.
PYTHON ?= python3.11
RUN ?= runs/sample
DIST ?= dist
ARGS ?=

export TF_CPP_MIN_LOG_LEVEL ?= 3
export MPLBACKEND ?= Agg
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_NO_INPUT = 1

TARGETS := help install train test test-tensorflow test-jax test-torch coverage \
	lint format docs results notebooks build constraints clean
.PHONY: $(TARGETS)
.DEFAULT_GOAL := help

# The folder of this file, which may hold spaces and need not be the current one.
HERE := $(shell cd "$$(dirname "$$(echo '$(MAKEFILE_LIST)' | sed 's/^ *//')")" && pwd -P)
ifneq ($(HERE),$(shell pwd -P))

$(TARGETS):
	@$(MAKE) --no-print-directory -C "$(HERE)" $@

else

VENV := .venv
BIN := $(VENV)/bin/python
PIP := $(BIN) -m pip install $(if $(CI),--progress-bar off) -c constraints.txt
# What was compiled once, and the tests with their asserts rewritten, serves every process
# of the tests and every backend, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE
# Two processes; the process that is done first takes over tests of the other.
PYTEST := $(BIN) -m pytest -n 2 --dist worksteal
# The CPU seconds that the suite may cost on a backend, where CI asks: half as much
# again as it cost when they were set, since other machines are slower. Lower them
# with each test that becomes cheaper.
budget = $(if $(CI),--cpu-budget $(1))
# Each stamp says that one set of packages is installed; they die with .venv.
STAMPS := $(VENV)/.mmzoo
REQUIREMENTS := pyproject.toml constraints.txt

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)/\1|\2/p' Makefile \
	| awk -F'|' '{printf "  make %-24s %s\n", $$1, $$2}'

$(STAMPS)/venv:
	@command -v "$(PYTHON)" >/dev/null 2>&1 \
	&& "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "mmzoo needs Python 3.11 or later, and '$(PYTHON)' is not that." \
	"Install it, or name one: make PYTHON=/path/to/python3 <target>" >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)
	@mkdir -p $(STAMPS)
	@touch $@

$(STAMPS)/install: $(STAMPS)/venv $(REQUIREMENTS)
	@echo "Installing mmzoo and its dependencies into $(VENV) (a few minutes)"
	$(PIP) -e .
	@touch $@

# torch goes first and alone: with its exact pin pip finds the build that fits the
# machine's package index (a CPU build where one is offered) before any extra asks.
$(STAMPS)/test: $(STAMPS)/install
	@echo "Installing JAX, PyTorch and the test tools into $(VENV)"
	$(PIP) torch
	$(PIP) -e ".[jax,torch,onnx,dev,notebook]"
	@touch $@

$(STAMPS)/lint: $(STAMPS)/venv $(REQUIREMENTS)
	$(PIP) ruff pre-commit
	@touch $@

$(STAMPS)/docs: $(STAMPS)/install
	$(PIP) -e ".[docs]"
	@touch $@

$(STAMPS)/build: $(STAMPS)/venv $(REQUIREMENTS)
	$(PIP) build
	@touch $@

install: $(STAMPS)/install  ## Create .venv with mmzoo and its dependencies

train: $(STAMPS)/install  ## Train the trimodal models on the built-in sample
	$(BIN) recipes/mosi_trimodal.py --data sample --epochs 20 --output "$(RUN)" $(ARGS)

test:  ## Run the tests on TensorFlow, JAX and PyTorch
	@$(MAKE) --no-print-directory test-jax
	@$(MAKE) --no-print-directory test-torch
	@$(MAKE) --no-print-directory test-tensorflow

test-torch: $(STAMPS)/test  ## Run the whole suite on PyTorch, where it is fastest
	KERAS_BACKEND=torch $(PYTEST) --run-slow $(call budget,2500) $(ARGS)

coverage: $(STAMPS)/test  ## Name the lines that no test runs; half as long again as test-torch
	@$(MAKE) --no-print-directory test-torch \
	ARGS="--cov --cov-report=term --cov-fail-under=90 $(ARGS)"

# XLA takes longer to optimise and fuse tiny programs than to run them (without its
# fusion emitters it needs half the time), and many tests compile the same ones: each is
# kept once it is compiled.
test-jax: $(STAMPS)/test  ## Run what depends on the backend on JAX, TensorFlow blocked
	KERAS_BACKEND=jax JAX_DISABLE_MOST_OPTIMIZATIONS=1 \
	XLA_FLAGS="--xla_cpu_use_fusion_emitters=false" \
	JAX_COMPILATION_CACHE_DIR="$(CURDIR)/.pytest_cache/jax" \
	JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0 \
	JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES=-1 \
	$(PYTEST) --backend-only --block-tensorflow $(call budget,1450) $(ARGS)

test-tensorflow: $(STAMPS)/test  ## Run what depends on the backend on TensorFlow
	KERAS_BACKEND=tensorflow $(PYTEST) --backend-only $(call budget,1250) $(ARGS)

lint: $(STAMPS)/lint  ## Check style and formatting
	$(BIN) -m ruff check .
	$(BIN) -m ruff format --check .
	@! git rev-parse --git-dir >/dev/null 2>&1 \
	|| SKIP=ruff,ruff-format $(BIN) -m pre_commit run --all-files

format: $(STAMPS)/lint  ## Mend style and formatting
	$(BIN) -m ruff check --fix .
	$(BIN) -m ruff format .

docs: $(STAMPS)/docs  ## Build the documentation, strictly, into site/
	NO_MKDOCS_2_WARNING=1 $(BIN) -m mkdocs build --strict

results: $(STAMPS)/install  ## Write the tables of results, metrics, models and data sets in the docs and README, and draw the models
	$(BIN) recipes/results/table.py
	$(BIN) docs/model_table.py
	$(BIN) docs/model_drawings.py
	$(BIN) docs/data_set_table.py

notebooks: $(STAMPS)/test  ## Make the notebooks from their scripts, and execute them
	$(BIN) notebooks/execute.py

build: $(STAMPS)/build  ## Build the wheel into dist/
	$(BIN) -m build --wheel --outdir "$(DIST)" .

constraints: $(STAMPS)/test $(STAMPS)/docs  ## Write the installed versions to constraints.txt
	$(BIN) -m pip freeze --all --exclude-editable --exclude pip | sed 's/+[a-z0-9.]*$$//' > constraints.new
	mv constraints.new constraints.txt

clean:  ## Delete .venv and what the other targets wrote (runs/ stays)
	rm -rf $(VENV) build dist site .pytest_cache .ruff_cache .coverage mmzoo.egg-info

endif
