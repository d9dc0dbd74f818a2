"""What Streamlit and pandas do not promise to keep is still there; a new version fails here first."""

import pandas as pd
import pytest
import streamlit as st
from pandas.io.formats.style import Styler
from streamlit.web.server import server

from dashboard import compat


def test_uploads_are_still_taken_where_they_are_refused():
    assert server.UPLOAD_FILE_ENDPOINT == compat.UPLOADS


def test_a_page_is_still_of_the_type_that_the_navigation_names():
    assert isinstance(st.Page("pages/overview.py"), compat.StreamlitPage)


def test_the_page_still_begins_with_one_script_of_its_own():
    (digest,) = compat.inline_scripts()
    assert digest.startswith("'sha256-")
    assert len(digest) == len("'sha256-'") + 44


def test_cells_are_written_once_and_taken_from_there(monkeypatch: pytest.MonkeyPatch):
    table = Styler(pd.DataFrame({"a": [1]})).format({"a": "{:.2f}"})
    compat.write_cells_once(table)
    monkeypatch.setattr(Styler, "_translate", None)
    inner = vars(table)
    assert inner["_compute"]() is table
    ((cell,),) = [row[1:] for row in inner["_translate"](False, False)["body"]]
    assert cell["display_value"] == "1.00"


def test_nobody_is_named_by_cookies_that_nobody_signed():
    assert compat.sign_in_claims({"_streamlit_user": "2|forged"}) == {}
