"""Numbers as a person reads them: short, without trailing zeros."""

from __future__ import annotations

import math


def short(value: float, digits: int = 3) -> str:
    """`value` with so many significant digits: ``"0.49"``, ``"128"``, ``"2.3e-16"``."""
    if not math.isfinite(value):
        return no_number(value)
    if value != 0 and not 1e-2 <= abs(value) < 1e4:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        if "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{mantissa}e{int(exponent)}"
    return f"{value:.{digits}g}"


def signed(value: float) -> str:
    """A hidden state: ``"+0.125"``, ``"-1.000"``."""
    return f"{value:+.3f}" if math.isfinite(value) else no_number(value)


def no_number(value: float) -> str:
    """What is said in place of a value that is not finite. Traces are float32, which ends where
    these words say."""
    if math.isnan(value):
        return "not a number"
    return "more than 3.4e38" if value > 0 else "less than -3.4e38"


def percent(share: float) -> str:
    """A probability: ``"7%"``."""
    return f"{share:.0%}" if math.isfinite(share) else no_number(share)
