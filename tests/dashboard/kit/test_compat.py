"""What Streamlit and pandas do not promise to keep is still there; a new version fails here first."""

from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from pandas.io.formats.style import Styler
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.elements.lib.pandas_styler_utils import marshall_styler
from streamlit.proto.ArrowData_pb2 import ArrowData
from streamlit.testing.v1 import AppTest
from streamlit.web.server import server

from dashboard.kit import compat


def test_uploads_are_still_taken_where_they_are_refused():
    assert server.UPLOAD_FILE_ENDPOINT == compat.UPLOADS


def test_a_page_is_still_of_the_type_that_the_navigation_names():
    assert isinstance(st.Page("pages/overview.py"), compat.StreamlitPage)


def test_the_page_still_begins_with_one_script_of_its_own_and_ours_before_it():
    ours, digest = compat.inline_scripts()
    for each in (ours, digest):
        assert each.startswith("'sha256-")
        assert len(each) == len("'sha256-'") + 44
    assert compat.page_html().index("BACKEND_BASE_URL") < compat.page_html().index("src=")


def test_the_page_still_reads_where_its_server_is():
    scripts = (Path(st.__file__).parent / "static/static/js").glob("index.*.js")
    assert any(
        "window.__streamlit" in (text := each.read_text()) and "BACKEND_BASE_URL" in text for each in scripts
    )


def test_cells_are_written_once_and_taken_from_there(monkeypatch: pytest.MonkeyPatch):
    table = Styler(pd.DataFrame({"a": [-1, 2], "b": ["x", None]}), uuid="t").format({"a": "{:.2f}"})
    table.map(lambda value: "color: red" if value == -1 else "")
    first = ArrowData()
    marshall_styler(first, table, "t")
    compat.write_cells_once(table)
    monkeypatch.setattr(Styler, "_translate", None)
    again = ArrowData()
    marshall_styler(again, table, "t")
    assert again == first
    shown = convert_arrow_bytes_to_pandas_df(again.styler.display_values)
    assert shown["a"].tolist() == ["-1.00", "2.00"]
    assert "color: red" in again.styler.styles


def test_texts_reach_the_browser_beside_the_numbers_of_a_table_that_nobody_writes_cell_by_cell(
    monkeypatch: pytest.MonkeyPatch,
):
    def page():
        import pandas as pd
        import streamlit as st

        from dashboard.kit.compat import with_texts

        frame = pd.DataFrame({"a": pd.array([-1500.5, None], dtype="Float64"), "b": ["x", None]})
        texts = pd.DataFrame({"a": ["−1,500.50", None], "b": [None, None]})
        st.dataframe(with_texts(frame, texts, "name"))

    monkeypatch.setattr(Styler, "_compute", None)
    monkeypatch.setattr(Styler, "_translate", None)
    app = AppTest.from_function(page).run()
    assert not app.exception
    (table,) = app.dataframe
    assert table.value["a"].tolist() == [-1500.5, pd.NA]
    shown = convert_arrow_bytes_to_pandas_df(table.proto.arrow_data.styler.display_values)
    assert shown["a"].dropna().tolist() == ["−1,500.50"]
    assert shown["b"].isna().all()


def test_nobody_is_named_by_cookies_that_nobody_signed():
    assert compat.sign_in_claims({"_streamlit_user": "2|forged"}) == {}
