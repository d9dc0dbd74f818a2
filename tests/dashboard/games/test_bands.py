"""A game's RTP within its band, as a picture of a cell."""

from base64 import b64decode
from dataclasses import replace

import pytest

from dashboard.charts.theme import LIGHT
from dashboard.games.bands import band_picture
from dashboard.games.luck import Luck, Origin, RtpVerdict, Volume

LUCK = Luck(
    Volume(1000, 5000.0, 4800.0, 1.0),
    0.96,
    0.95,
    Origin.CONFIGURED,
    900.0,
    100.0,
    (0.93, 0.97),
    (0.90, 1.00),
    RtpVerdict.INSIDE,
)


def drawn(luck):
    kind, _, content = band_picture(luck, LIGHT).partition(",")
    assert kind == "data:image/svg+xml;base64"
    return b64decode(content).decode()


def test_the_outer_band_is_as_wide_as_any_other_and_the_rest_lies_on_it_to_scale():
    """12 to 108 of 120 are 90 % to 100 %."""
    picture = drawn(LUCK)
    assert "M12.0 12H108.0" in picture
    assert "M40.8 12H79.2" in picture
    assert "M60.0 4V20" in picture
    assert f'cx="69.6" cy="12" r="4" fill="{LIGHT.text}"' in picture


@pytest.mark.parametrize(
    ("rtp", "place", "color"), [(1.5, 116, LIGHT.loss), (0.2, 4, LIGHT.gain)], ids=["above", "below"]
)
def test_an_rtp_outside_stands_at_the_edge_in_the_colour_of_what_it_costs(rtp, place, color):
    luck = replace(LUCK, rtp=rtp, verdict=RtpVerdict.OUTSIDE_998)
    assert f'cx="{place}" cy="12" r="4" fill="{color}"' in drawn(luck)


def test_without_bands_there_is_no_picture():
    assert band_picture(replace(LUCK, band_95=None, band_998=None), LIGHT) is None
