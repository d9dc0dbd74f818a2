from math import exp, log

import numpy as np
import pytest

from dashboard.luck.course import ALL, BAND_ALARM, Course, Watched
from dashboard.luck.hours import OBSERVED
from dashboard.luck.monitor import ALARM, OVERPAYING
from tests.monitored import CHANCES, MULTIPLES, ROUNDS_AN_HOUR, RTP
from twoj_client.windows import HOUR_S


def hour(*rows):
    """Records of (game, decade, log L of each λ); the same for both directions the other way round."""
    found = np.zeros(len(rows), OBSERVED)
    for record, (game, decade, log_l) in zip(found, rows, strict=True):
        record["game_id"], record["decade"], record["draws"] = game, decade, 1
        record["over"], record["under"] = log_l, np.negative(log_l)
    return found


def test_evidence_of_known_hours():
    course = Course({})
    course.add(0, hour((7, 3, log(0.998016))))
    course.add(HOUR_S, hour())  # an hour without a draw adds nothing
    course.add(2 * HOUR_S, hour((7, 3, log(1.004))))
    # M = (0 + 1) · 0.998016 after the first hour, (0.998016 + 1) · 1.004 after the second.
    line = course.lines([Watched(7, 1)])[Watched(7, 1)]
    assert [at for at, _ in line] == [0, 2 * HOUR_S]
    assert [exp(m) for _, m in line] == pytest.approx([0.998016, 2.006008], rel=1e-6)
    log_m, hours = course.now()[Watched(7, 1)]
    assert (exp(log_m), hours) == (pytest.approx(2.006008), 2)
    assert exp(course.log_es()[Watched(7, 1)]) == pytest.approx(1.003004)
    assert course.lines([Watched(8, 1)]) == {}
    assert Course({}).now() == {}


def test_lambdas_are_averaged_and_stake_bands_add_up_to_the_game():
    course = Course({})
    logs = [log(1.104), log(1.52), 0.0, 0.0]
    course.add(0, hour((7, 3, logs), (7, 4, logs), (9, 4, logs)))
    now = {key: exp(log_m) for key, (log_m, _) in course.now().items() if key.sign > 0}
    assert now[Watched(7, 1, 3)] == pytest.approx((1.104 + 1.52 + 2) / 4)
    assert now[Watched(7, 1)] == pytest.approx((1.104**2 + 1.52**2 + 2) / 4)
    assert [*course.log_es()] == [Watched(7, 1), Watched(9, 1), Watched(7, -1), Watched(9, -1)]


def test_an_alarm_says_since_when_and_is_given_once_until_the_evidence_begins_anew():
    hours = [-0.5, -0.5, 6.0, 6.0, 6.0, 0.1]

    def course(restarts):
        found = Course(restarts)
        for number, log_l in enumerate(hours):
            found.add(number * HOUR_S, hour((7, 3, log_l)))
        return found

    whole, band = course({}).alarms
    assert (whole.of, whole.since_s, whole.hour_s) == (Watched(7, 1), 2 * HOUR_S, 3 * HOUR_S)
    assert whole.log_m >= log(ALARM)
    assert (band.of, band.hour_s, band.of.log_alarm) == (Watched(7, 1, 3), 4 * HOUR_S, log(BAND_ALARM))
    # Closed after the last hour of it: what is left is no alarm, and the line goes on from nothing.
    again = course({Watched(7, 1, 3): 5 * HOUR_S})
    assert again.alarms == [whole]
    assert again.now()[Watched(7, 1, 3)] == (pytest.approx(0.1), 1)
    again = course({Watched(7, 1): 5 * HOUR_S})  # of a whole game its bands too
    assert again.alarms == []
    assert again.now()[Watched(7, 1)] == again.now()[Watched(7, 1, 3)] == (pytest.approx(0.1), 1)
    again = course({Watched(7, 1): 6 * HOUR_S})
    again.come_to(6 * HOUR_S)
    assert again.alarms == []
    assert Watched(7, 1) not in again.now()
    assert course({Watched(7, 1): 99 * HOUR_S}).alarms == [whole, band]


def test_a_game_that_breaks_after_a_good_month_is_found_and_its_beginning_told():
    rng = np.random.default_rng(3)
    good, broken = (OVERPAYING.log_factors(MULTIPLES * times, RTP) for times in (1.0, 1.35))
    late = []
    for game in range(20):
        course = Course({})
        for at in range(800):
            counts = rng.multinomial(ROUNDS_AN_HOUR, CHANCES)
            course.add(at * HOUR_S, hour((game, ALL + 1, counts @ (broken if at >= 720 else good))))
        alarm = next(each for each in course.alarms if each.of.sign > 0)
        assert alarm.hour_s >= 720 * HOUR_S
        late.append(alarm.since_s / HOUR_S - 720)
    assert -24 <= np.median(late) <= 24
