"""Is what the numbers are made of all there, and does the provider still say the same of it?"""

import streamlit as st

from dashboard.core.text import text
from dashboard.kit import guard, parts
from dashboard.proof import parts as proof_parts

guard.page("data")
st.title(text("Data"), anchor=False)
parts.part(text("The archive"), "archive", every_s=10, shapes=4)(proof_parts.summary)()
left, right = st.columns([3, 2])
with left:
    parts.part(text("The days"), "archive-days", every_s=60)(proof_parts.days)()
with right:
    parts.part(text("The reading"), "archive-reading", every_s=10)(proof_parts.reading)()
parts.part(text("The changes"), "restatements", every_s=60)(proof_parts.restatements)()
