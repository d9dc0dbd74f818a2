"""The diverging colours: loss, the card's own colour at zero, gain; symmetric about zero."""

from collections.abc import Sequence

from dashboard.charts.base import Layout
from dashboard.charts.theme import Theme

_DARK, _WHITE = "#101828", "#FFFFFF"


def color(value: float, limit: float, look: Theme) -> str:
    """Colour of a value; `limit` and beyond is the full colour of gain, `-limit` of loss."""
    share = min(abs(value) / limit, 1.0) if limit else 0.0
    return _mixed(look.card, look.loss if value < 0 else look.gain, share)


def ink(background: str) -> str:
    """Text colour, dark or white, with the higher contrast on a background (WCAG 2.2, contrast ratio)."""
    light = _luminance(background) + 0.05
    on_white, on_dark = 1.05 / light, light / (_luminance(_DARK) + 0.05)
    return _WHITE if on_white > on_dark else _DARK


def limit_of(values: Sequence[float | None], weights: Sequence[float] | None = None) -> float:
    """Where the colours end: nine tenths of the values but 0 (or of their weight) lie within; 0 without any.

    So neither one odd value washes out all others, nor many days without play make every other one full.
    """
    weighted = [
        (abs(value), weight)
        for value, weight in zip(values, weights or [1.0] * len(values), strict=True)
        if value
    ]
    total, within = sum(weight for _, weight in weighted), 0.0
    for size, weight in sorted(weighted):
        within += weight
        if within >= 0.9 * total:
            return size
    return 0.0


def scale(limit: float, labels: tuple[str, str, str], look: Theme) -> Layout:
    """Colours of a trace with a scale; `labels` stand at the loss end, at zero and at the gain end."""
    return {
        "colorscale": [[0, look.loss], [0.5, look.card], [1, look.gain]],
        "cmin": -limit or -1,
        "cmax": limit or 1,
        "colorbar": {
            "orientation": "h",
            # The labels at its ends stand out by half their length.
            "x": 0.95,
            "xanchor": "right",
            "xpad": 0,
            "y": 1,
            "yanchor": "bottom",
            "ypad": 4,
            "len": 200,
            "lenmode": "pixels",
            "thickness": 8,
            "outlinecolor": look.grid,
            "outlinewidth": 1,
            "tickvals": [-limit or -1, 0, limit or 1],
            "ticktext": list(labels),
            "tickfont": {"size": 11, "color": look.quiet},
            "ticks": "",
        },
    }


def _mixed(low: str, high: str, share: float) -> str:
    channels = (round(a + (b - a) * share) for a, b in zip(_channels(low), _channels(high), strict=True))
    return "#" + "".join(f"{channel:02X}" for channel in channels)


def _channels(color: str) -> list[int]:
    return [int(color[place : place + 2], 16) for place in (1, 3, 5)]


def _luminance(color: str) -> float:
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (channel / 255 for channel in _channels(color))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
