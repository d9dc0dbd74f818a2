# The five commands. `just` lists them; without just, each is what stands below it.

# What a fresh checkout needs
setup:
    python -m pip install -r requirements-dev.txt

# The dashboard on the local provider, or on yours where TWOJ_SUMMARY_URL is set
run:
    streamlit run app.py

# The tests: `just test`, quick ones with `just test -m "not slow"`, one file with `just test tests/dashboard/core`
test *args:
    pytest {{args}}

# Format, lint, types, imports
check:
    ruff format --check .
    ruff check .
    mypy
    pytest -q -n0 tests/test_house.py tests/test_docs.py

# A benchmark, such as `just bench client`
bench name *args:
    python -m tests.benchmarks.{{name}} {{args}}
