"""Numbers as a person reads them: short, without trailing zeros."""

from __future__ import annotations


def short(value: float, digits: int = 3) -> str:
    """`value` with so many significant digits: ``"0.49"``, ``"128"``, ``"2.3e-16"``."""
    if value != 0 and not 1e-2 <= abs(value) < 1e4:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        if "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{mantissa}e{int(exponent)}"
    return f"{value:.{digits}g}"
