"""What a test does on a page, and reads of it."""

import re

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Metric


def press(page: AppTest, label: str) -> AppTest:
    """Click the button of this name, and let the page be drawn."""
    return next(button for button in page.button if button.label == label).click().run()


def card_label(card: Metric) -> str:
    """What a card is called, without where it leads."""
    return re.sub(r"\[(.+)\]\(.+\)", r"\1", card.label)
