"""All measurements of the client in one run: ``python -m tests.benchmarks.client``.

The other ways to do the work need ``pip install -r tests/benchmarks/requirements.txt``; without it they are
left out. Takes some two minutes.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks.client_history import far, near
from tests.benchmarks.client_hits import hits, signatures
from tests.benchmarks.table import show

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        rows = [*near(), *far(), *hits(Path(folder)), *signatures()]
    show(rows)
