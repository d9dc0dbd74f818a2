"""What a test does on a page."""

from streamlit.testing.v1 import AppTest


def press(page: AppTest, label: str) -> AppTest:
    """Click the button of this name, and let the page be drawn."""
    return next(button for button in page.button if button.label == label).click().run()
