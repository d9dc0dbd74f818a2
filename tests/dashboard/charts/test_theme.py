import tomllib
from pathlib import Path

import pytest

from dashboard.charts.theme import DARK, LIGHT, Theme
from dashboard.core.codes import GAME_TYPES

ROOT = Path(__file__).parents[3]
LOOK = (ROOT / "docs/look.md").read_text("utf-8")
THEME = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))["theme"]


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=lambda look: str(look.name))
def test_figures_and_the_page_share_their_colours(look: Theme) -> None:
    theme = THEME[look.name]
    assert (look.card, look.card) == (theme["backgroundColor"], theme["secondaryBackgroundColor"])
    assert (look.text, look.quiet) == (theme["textColor"], theme["grayTextColor"])
    assert (look.primary, look.grid) == (theme["primaryColor"], theme["borderColor"])
    assert (look.gain, look.loss) == (theme["greenColor"], theme["redColor"])
    assert list(look.categorical) == theme["chartCategoricalColors"]


def test_the_document_names_the_colours_of_both_themes() -> None:
    for look in (LIGHT, DARK):
        assert f"`{' '.join(look.categorical)}`" in LOOK
    for role, names in {
        "page, card": ("page", "card"),
        "text, quiet text": ("text", "quiet"),
        "primary": ("primary",),
        "gain, good": ("gain",),
        "loss, bad": ("loss",),
    }.items():
        (row,) = (line for line in LOOK.splitlines() if line.startswith(f"| {role} |"))
        for look, cell in zip((LIGHT, DARK), row.split("|")[2:4], strict=True):
            for name in names:
                assert f"`{getattr(look, name)}`" in cell


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=lambda look: str(look.name))
def test_colours_are_ten_and_differ(look: Theme) -> None:
    assert len(set(look.categorical)) == 10
    assert len(GAME_TYPES) < 10


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=lambda look: str(look.name))
def test_words_can_be_read_on_the_card(look: Theme) -> None:
    for color in (look.text, look.quiet, look.gain, look.loss, look.primary):
        assert _contrast(color, look.card) >= 4.5


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, "contrast ratio"."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
