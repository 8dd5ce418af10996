# Short ways to do what the course needs done. The first use of any of them sets the course up in .venv.
PYTHON ?= python3
BIN = .venv/bin
SETUP = $(PYTHON) bootstrap.py setup

help:
	@echo "make lab        open the course in JupyterLab (another port: make lab PORT=9000)"
	@echo "make test       run every check: style, chapters, package, site, browser (chapters twice: make test TWICE=1)"
	@echo "make book       build the site into _build/html"
	@echo "make execute    make the notebooks of chapters and solutions from their text and run them"
	@echo "make exercises  make the learner's exercises from the solutions"
	@echo "make grade-demo make a hostile class and grade it (of another size: make grade-demo STUDENTS=60)"
	@echo "make bench      measure on the real data; results go to benchmarks/results"
	@echo "make lock       write requirements.lock anew from pyproject.toml"
	@echo "make clean      remove what was built; .venv stays"

lab:
	@$(PYTHON) bootstrap.py lab $(if $(PORT),--port $(PORT))

test:
	@$(PYTHON) bootstrap.py test $(if $(TWICE),--twice)

book:
	@$(PYTHON) bootstrap.py book

execute:
	@$(SETUP)
	$(BIN)/dlcourse execute

exercises:
	@$(SETUP)
	$(BIN)/dlcourse release

STUDENTS = 300
grade-demo:
	@$(SETUP)
	rm -rf _build/class
	$(BIN)/python tests/hostile_class.py _build/class --students $(STUDENTS)
	-$(BIN)/dlcourse grade 01_background --course _build/class --call-seconds 20 --minutes 2 --memory 1

bench:
	@$(SETUP)
	$(BIN)/python benchmarks/mnist.py

lock:
	@$(SETUP)
	$(BIN)/uv pip compile --universal --generate-hashes --all-extras --no-header --no-annotate \
		--python-version 3.11 pyproject.toml --output-file requirements.lock

clean:
	rm -rf _build .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path "./.venv/*" -prune -exec rm -rf {} +

.PHONY: help lab test book execute exercises grade-demo bench lock clean
