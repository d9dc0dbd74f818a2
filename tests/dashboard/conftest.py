"""What tests of several servers share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts import postgresql_server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where servers keep one ledger, in either kind of database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
        return
    with postgresql_server() as server:
        yield f"{server}/postgres"
