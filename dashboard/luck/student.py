"""Student's t: how often chance alone goes so far."""

from math import atan, cos, pi, sin, sqrt


def two_sided(t: float, freedom: int) -> float:
    """Return P(|T| ≥ |t|) of Student's t with that many degrees of freedom, whole and one at least.

    By the finite sums of Abramowitz & Stegun, *Handbook of Mathematical Functions*, 26.7.3 and 26.7.4.
    """
    angle = atan(abs(t) / sqrt(freedom))
    is_odd = freedom % 2
    term = total = cos(angle) if is_odd else 1.0
    for k in range(3 if is_odd else 2, freedom, 2):
        term *= cos(angle) ** 2 * ((k - 1) / k)
        total += term
    if not is_odd:
        return max(1 - sin(angle) * total, 0.0)
    within = 2 / pi * (angle + (sin(angle) * total if freedom > 1 else 0.0))
    return max(1 - within, 0.0)
