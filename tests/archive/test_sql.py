"""SQL for people reads the views, and nothing else."""

from collections.abc import Callable

import pytest

from archive.sql import SqlRefused, select
from tests.archive.conftest import Filled

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SELECT 1; SELECT 2", "Only one SELECT is answered."),
        ("COPY bets TO '/tmp/x.csv'", "Only one SELECT is answered."),
        ("ATTACH '/tmp/x.db'", "Only one SELECT is answered."),
        ("DROP VIEW bets", "Only one SELECT is answered."),
        ("SET memory_limit = '8GB'", "Only one SELECT is answered."),
        ("SELECT * FROM read_csv('/etc/passwd')", "Permission Error"),
        ("SELECT * FROM read_text('/etc/passwd')", "Permission Error"),
        ("SELEKT", "Parser Error"),
    ],
)
def test_only_one_select_over_the_views_is_answered(make: Callable[..., Filled], text: str, why: str):
    filled = make(days=1)
    filled.archive.folder.root.mkdir()
    with pytest.raises(SqlRefused) as refused:
        select(filled.engine, filled.archive, text)
    assert str(refused.value).startswith(why)
    assert "\n" not in str(refused.value)
