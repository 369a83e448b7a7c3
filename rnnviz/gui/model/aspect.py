"""What may have changed on the screen, so that a panel draws that and nothing else."""

from __future__ import annotations

import enum


class Aspect(enum.Flag):
    """Parts of what a panel draws."""

    TRACE = enum.auto()
    """another trace, or the same with newer weights"""
    TIMESTEP = enum.auto()
    UNIT = enum.auto()
    """the unit or the layer that is selected"""
    ORDER = enum.auto()
    """the order of the units"""
    VIEW = enum.auto()
    """the stretch of time in view"""
    PROGRESS = enum.auto()
    """losses and gradient norms by batch"""
    EPOCHS = enum.auto()
    """the history by epoch, the baselines, the epoch that is looked at"""
    RESULT = enum.auto()
    """how good the network of a run is that is over"""
    DROPOUT = enum.auto()
    """what dropout hid in the last batch"""
    STATE = enum.auto()
    """training, paused, failed ..."""
    PINS = enum.auto()
    """the runs that are kept to be compared"""
    PRICES = enum.auto()
    """what a training step costs"""
    THEME = enum.auto()


EVERYTHING = ~Aspect(0)
