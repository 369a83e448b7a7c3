"""What can be traced and what cannot, said in one sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn


class TraceError(ValueError):
    """A module or an input that cannot be traced; the message is one sentence for a person."""


def check_module(module: Any) -> None:
    """Refuse what has no step equations here."""
    if not isinstance(module, nn.RNN | nn.GRU | nn.LSTM):
        name = type(module).__name__
        raise TraceError(f"Only nn.RNN, nn.GRU and nn.LSTM can be traced, and this is a {name}.")
    if module.proj_size:
        raise TraceError("LSTMs with projections cannot be traced yet: set proj_size=0.")
    for name, weight in module.named_parameters():
        if weight.dtype not in (torch.float32, torch.float64):
            kind = str(weight.dtype).removeprefix("torch.")
            raise TraceError(
                f"The weights must be float32 or float64, but {name} is {kind}: trace "
                "module.float()."
            )
        if weight.is_meta:
            raise TraceError(f"The weights must have values, but {name} is on the meta device.")


def check_readout(module: nn.RNNBase, readout: Any, target: Any) -> None:
    """Refuse a readout that cannot answer from this module."""
    if readout is None:
        if target is not None:
            raise TraceError("A target needs a readout, whose answer it is compared with.")
        return
    if not isinstance(readout, nn.Linear):
        raise TraceError(f"The readout must be an nn.Linear, not a {type(readout).__name__}.")
    units = module.hidden_size * (2 if module.bidirectional else 1)
    if readout.in_features != units:
        raise TraceError(f"The readout must read {units} hidden units, not {readout.in_features}.")


def sequence(x: Any, size: int) -> Tensor:
    """`x` as ``(T, I)`` in float64."""
    values = _numbers(x, "x")
    if values.ndim != 2 or values.shape[1] != size or not len(values):
        shape = tuple(values.shape)
        hint = ": trace one example at a time" if values.ndim == 3 else ""
        raise TraceError(
            f"x must have the shape (T, I), timesteps by inputs, here (T, {size}), not "
            f"{shape}{hint}."
        )
    return values


def target_of(target: Any, size: int) -> Tensor:
    """`target` as ``(O,)`` in float64."""
    values = _numbers(target, "The target")
    if values.shape != (size,):
        raise TraceError(f"The target must have the shape ({size},), not {tuple(values.shape)}.")
    return values


def _numbers(values: Any, name: str) -> Tensor:
    """`values` as a float64 tensor on the CPU, which holds float32 and float64 exactly."""
    if isinstance(values, Tensor):
        if values.is_complex():
            raise TraceError(f"{name} must be real numbers, not {values.dtype}.")
        found = values.detach().cpu().double()
    else:
        try:
            array = np.asarray(values)
            if array.dtype.kind not in "fiub":
                raise TypeError(f"not {array.dtype}")
            found = torch.from_numpy(array.astype(np.float64))
        except (TypeError, ValueError) as error:
            raise TraceError(f"{name} must be an array of numbers: {error}.") from error
    finite = torch.isfinite(found)
    if not finite.all():
        place = torch.nonzero(~finite)[0].tolist()
        raise TraceError(f"{name} must be finite, but is {found[tuple(place)]:g} at {place}.")
    return found
