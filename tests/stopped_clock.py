"""Streamlit on a day that stands still at the sandbox's moment: `python -m tests.stopped_clock run app.py …`.

Windows end at the minute: whoever counts calls must not be there when one begins.
"""

import time

from streamlit.web import cli

from tests.provider import CLOCK

if __name__ == "__main__":
    time.time = lambda: float(CLOCK)
    cli.main(prog_name="streamlit")
