"""Names of pandas and Streamlit that these do not promise to keep: all are here, and a test names each.

A version that drops one fails there first.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.elements.lib.pandas_styler_utils import _use_display_values
from streamlit.navigation.page import StreamlitPage
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

__all__ = [
    "UPLOADS",
    "StreamlitPage",
    "inline_scripts",
    "page_html",
    "sign_in_claims",
    "with_texts",
    "write_cells_once",
]

UPLOADS: Final = "/_stcore/upload_file"
"""Where Streamlit takes files from browsers."""


# Else the page looks for its server below its own path first: two errors in the browser's console.
_BASE: Final = 'window.__streamlit={BACKEND_BASE_URL:new URL(".",location).href};'
# The theme that somebody chose is kept by the path at which the tab was opened: here it is that of all.
_THEME: Final = (
    "try{const own=`stActiveTheme-${location.pathname}-v2`,all='theme',kept=localStorage,"
    "copy=(from,to)=>{const theme=kept.getItem(from);theme?kept.setItem(to,theme):kept.removeItem(to)};"
    "copy(all,own);const was=kept.getItem(own);"
    "addEventListener('pagehide',()=>{if(kept.getItem(own)!==was)copy(own,all)})}catch{}"
)


def page_html() -> str:
    """Streamlit's page, told where its server is: where the page is, without the last part of its path."""
    page = (Path(st.__file__).parent / "static/index.html").read_text("utf-8")
    return page.replace("<head>", f"<head><script>{_BASE}{_THEME}</script>", 1)


def inline_scripts() -> list[str]:
    """What a content policy must permit of the scripts in `page_html`: `'sha256-…'` of each."""
    scripts: list[str] = re.findall(r"<script>(.*?)</script>", page_html(), re.DOTALL)
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def sign_in_claims(cookies: Mapping[str, str]) -> dict[str, Any]:
    """The claims in the cookie that Streamlit signed when somebody signed in; none where it did not."""

    def signed(name: str) -> bytes | None:
        value = cookies.get(name)
        return decode_signed_value(get_cookie_secret(), name, value.encode("latin-1")) if value else None

    found = get_cookie_with_chunks(signed, USER_COOKIE_NAME)
    return json.loads(found) if found else {}


def write_cells_once(table: Styler) -> None:
    """Write the cells of `table` now: whoever takes them from it, as Streamlit does, gets these.

    Streamlit takes them by pandas' own names, has them written anew each time and then puts them into a frame
    one by one, which costs more than all else that a page draws.
    """
    inner: Any = table
    cells = inner._compute()._translate(False, False)
    texts = _use_display_values(inner.data, cells)
    styles = {name: cells[name] for name in ("table_styles", "cellstyle") if name in cells}
    vars(inner.data).update(astype=lambda _text: texts)
    vars(table).update(_compute=lambda: table, _translate=lambda *_options: styles)


def with_texts(frame: pd.DataFrame, texts: pd.DataFrame, name: str) -> Styler:
    """Return a table that sorts by what `frame` holds and shows the `texts` of its cells where it has any.

    pandas writes cell by cell, and Streamlit looks at each of them again: seconds for a long table. Where
    nothing was written, Streamlit takes all of the frame as `str`, at once: that is `texts`.
    """
    shown = frame.copy(deep=False)
    vars(shown).update(astype=lambda _text: texts)
    table = Styler(shown, uuid=name)
    vars(table).update(_compute=lambda: table, _translate=lambda *_options: {})
    return table
