from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one theme; each colour has one meaning on every page."""

    name: str
    page: str
    card: str
    text: str
    quiet: str
    """Small words, and the comparison (dashed)."""
    grid: str
    """Hairlines."""
    bet: str
    """Bet amount: large and quiet."""
    primary: str
    gain: str
    loss: str
    categorical: tuple[str, ...]
    """Ten colours; the first five are the game types in the order of `frames.GAME_TYPES`."""


FONT: Final = (
    "Inter, system-ui, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
)

LIGHT: Final = Theme(
    name="light",
    page="#F6F7F9",
    card="#FFFFFF",
    text="#101828",
    quiet="#5B6472",
    grid="#DDE1E7",
    bet="#C3CAD5",
    primary="#2F5FD0",
    gain="#0F766E",
    loss="#C2410C",
    categorical=(
        *("#2F5BC2", "#C68206", "#259CDE", "#641E6B", "#DE4181"),
        *("#856AF5", "#9A3187", "#3022A9", "#7C1119", "#BB0522"),
    ),
)
DARK: Final = Theme(
    name="dark",
    page="#12161F",
    card="#1A2030",
    text="#E6E9EF",
    quiet="#9AA3B2",
    grid="#2C3446",
    bet="#46516A",
    primary="#7EA2FF",
    gain="#3FC7B3",
    loss="#FF8A5C",
    categorical=(
        *("#719CF5", "#E19B34", "#0FD4BB", "#795DE7", "#F46A82"),
        *("#E9E64A", "#AC5699", "#B1F2B0", "#48FBF6", "#D7333A"),
    ),
)
