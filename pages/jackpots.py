"""The pots: for the hall a wall (`?screen=`); for the office what grew, what was hit, which screens live."""

import streamlit as st

from dashboard.ui import wall

if "screen" in st.query_params:
    wall.draw()
else:
    st.write("staff")
