"""What can be traced and what cannot, said in one sentence."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, get_args

import numpy as np
import torch
from torch import Tensor, nn

from rnnviz.cells import CELLS, of_mode
from rnnviz.cells.base import Start
from rnnviz.learning.network.scan import OwnLayers, Recurrent
from rnnviz.tasks.task import Loss
from rnnviz.words.phrase import Refused
from rnnviz.words.translation import mark

MODULES = list(dict.fromkeys(cell.module for cell in CELLS.values() if cell.module))
KNOWN: tuple[type[nn.RNNBase | OwnLayers], ...] = (
    *(getattr(nn, name) for name in MODULES),
    OwnLayers,
)
"""What can be traced: these modules of `torch.nn`, and those of cells that it does not have."""


class TraceError(Refused, ValueError):
    """A module or an input that cannot be traced."""


def check_module(module: Any) -> None:
    """Refuse what has no step equations here."""
    if not isinstance(module, KNOWN):
        name = type(module).__name__
        if "quantiz" in type(module).__module__:  # of PyTorch's, which has the same names
            raise TraceError(
                "A quantized {name} cannot be traced, because its gates are computed in "
                "whole numbers: trace the float module that it was made from.",
                name=name,
            )
        known = ", ".join(f"nn.{kind}" for kind in MODULES)
        raise TraceError(
            "Only {known} and rnnviz's OwnLayers can be traced, and this is a {name}.",
            known=known,
            name=name,
        )
    if module.proj_size:
        raise TraceError("Layers with projections cannot be traced yet: set proj_size=0.")
    for name, weight in module.named_parameters():
        if weight.dtype not in (torch.float32, torch.float64):
            kind = str(weight.dtype).removeprefix("torch.")
            raise TraceError(
                "The weights must be float32 or float64, but {name} is {kind}: trace "
                "module.float().",
                name=name,
                kind=kind,
            )
        if weight.is_meta:
            raise TraceError(
                "The weights must have values, but {name} is on the meta device.", name=name
            )
        _check_finite(
            weight.detach(),
            mark("The weights must be finite, but {name} is {value:g} at {place}."),
            name,
        )


def check_readout(module: Recurrent, readout: Any, target: Any) -> None:
    """Refuse a readout that cannot answer from this module."""
    if readout is None:
        if target is not None:
            raise TraceError("A target needs a readout, whose answer it is compared with.")
        return
    if not isinstance(readout, nn.Linear):
        raise TraceError(
            "The readout must be an nn.Linear, not a {kind}.", kind=type(readout).__name__
        )
    units = module.hidden_size * (2 if module.bidirectional else 1)
    if readout.in_features != units:
        raise TraceError(
            "The readout must read {units} hidden units, not {in_features}.",
            units=units,
            in_features=readout.in_features,
        )
    for name, weight in readout.named_parameters():
        _check_finite(
            weight.detach(),
            mark("The readout must be finite, but its {name} is {value:g} at {place}."),
            name,
        )


def check_horizon(horizon: Any) -> None:
    """Refuse what is no number of timesteps."""
    if not isinstance(horizon, int) or horizon < 0:
        raise TraceError(
            "The horizon must be 0 timesteps or more, not {horizon}.", horizon=repr(horizon)
        )


def sequence(x: Any, module: Recurrent) -> Tensor:
    """`x`, or the only example of a batch, as ``(T, I)`` in float64."""
    values, size, batch = _numbers(x, "x"), module.input_size, 0 if module.batch_first else 1
    if values.ndim == 3 and values.shape[batch] == 1:
        values = values.squeeze(batch)
    if values.ndim != 2 or values.shape[1] != size or not len(values):
        shape = tuple(values.shape)
        if values.ndim == 3:
            raise TraceError(
                "x must have the shape (T, I), timesteps by inputs, here (T, {size}), not {shape}: "
                "trace one example at a time, or {one}.",
                size=size,
                shape=shape,
                one="(1, T, I)" if module.batch_first else "(T, 1, I)",
            )
        raise TraceError(
            "x must have the shape (T, I), timesteps by inputs, here (T, {size}), not {shape}.",
            size=size,
            shape=shape,
        )
    return values


def start_of(start: Any, module: Recurrent) -> list[Start] | None:
    """h_0, or h_0 and c_0, layer by layer in the module's dtype; None for 0."""
    if start is None:
        return None
    both = of_mode(module.mode).has_cell_state
    if both and not (isinstance(start, tuple | list) and len(start) == 2):
        raise TraceError(
            "The start must be two states of this {mode}, (h_0, c_0).", mode=module.mode
        )
    layers = module.num_layers * (2 if module.bidirectional else 1)
    shape = (layers, module.hidden_size)
    found: list[Tensor] = []
    for name, part in zip(("h_0", "c_0"), start if both else (start,), strict=False):
        values = _numbers(part, name)
        if values.ndim == 3 and values.shape[1] == 1:
            values = values.squeeze(1)
        if values.shape != shape:
            raise TraceError(
                "{name} must have the shape {shape}, not {given}.",
                name=name,
                shape=shape,
                given=tuple(values.shape),
            )
        found.append(values.to(next(module.parameters()).dtype))
    if both:
        return list(zip(*found, strict=True))
    return [(hidden, None) for hidden in found[0]]


class Asked(NamedTuple):
    """What the answers are compared with."""

    targets: Tensor
    """values ``(O,)`` or ``(T, O)`` in float64, or classes ``()`` or ``(T,)``"""
    every: bool
    """whether every timestep is asked, and not only the last"""
    loss: Loss


def asked_of(target: Any, loss: Any, timesteps: int, outputs: int) -> Asked:
    """`target` by its shape; whole numbers are classes where their shape says so."""
    values = _numbers(target, "The target")
    of_classes, of_values = ((), (timesteps,)), ((outputs,), (timesteps, outputs))
    shape = tuple(values.shape)
    if loss is None:
        classes = outputs > 1 and shape in of_classes and _whole(target)
        if classes and shape in of_values:
            raise TraceError(
                "{timesteps} whole numbers for {timesteps} timesteps and as many outputs "
                'may be classes or values: say loss="cross-entropy" or loss="MSE".',
                timesteps=timesteps,
            )
        loss = "cross-entropy" if classes else "MSE"
    if loss not in get_args(Loss):
        losses = ", ".join(f'"{known}"' for known in get_args(Loss))
        raise TraceError(
            "The loss must be one of {losses}, not {loss}.", losses=losses, loss=repr(loss)
        )
    if loss != "cross-entropy":
        if shape not in of_values:
            raise TraceError(
                "The target must have the shape {last} for the last timestep or {every} "
                "for all, or be a class or {timesteps} of them, not {shape}.",
                last=of_values[0],
                every=of_values[1],
                timesteps=timesteps,
                shape=shape,
            )
        return Asked(values, shape == of_values[1], loss)
    if shape not in of_classes:
        raise TraceError(
            "The target must be a class or {timesteps} of them, not {shape}.",
            timesteps=timesteps,
            shape=shape,
        )
    known = (values == values.round()) & (values >= 0) & (values < outputs)
    if not known.all():
        bad = values[~known].reshape(-1)[0]
        raise TraceError(
            "The classes must be whole numbers below {outputs}, not {bad:g}.",
            outputs=outputs,
            bad=bad.item(),
        )
    return Asked(values.long(), bool(shape), "cross-entropy")


def _whole(values: Any) -> bool:
    """Whether these are whole numbers by their kind, whatever their values are."""
    if isinstance(values, Tensor):
        return not (values.is_floating_point() or values.dtype == torch.bool)
    return bool(np.asarray(values).dtype.kind in "iu")


def _check_finite(values: Tensor, template: str, name: str) -> None:
    if math.isfinite(values.sum()):  # of a sum it is told sooner, but for one that overflows
        return
    finite = torch.isfinite(values)
    if not finite.all():
        place = torch.nonzero(~finite)[0].tolist()
        raise TraceError(template, name=name, value=values[tuple(place)].item(), place=place)


def _numbers(values: Any, name: str) -> Tensor:
    """`values` as a float64 tensor on the CPU, which holds float32 and float64 exactly."""
    if isinstance(values, Tensor):
        if values.is_complex():
            raise TraceError(
                "{name} must be real numbers, not {dtype}.", name=name, dtype=values.dtype
            )
        found = values.detach().cpu().double()
    else:
        try:
            array = np.asarray(values)
            if array.dtype.kind not in "fiub":
                raise TypeError(f"not {array.dtype}")
            found = torch.from_numpy(array.astype(np.float64))
        except (TypeError, ValueError) as error:
            raise TraceError(
                "{name} must be an array of numbers: {error}.", name=name, error=error
            ) from error
    _check_finite(found, mark("{name} must be finite, but is {value:g} at {place}."), name)
    beyond = found.abs() > torch.finfo(torch.float32).max
    if beyond.any():
        place = torch.nonzero(beyond)[0].tolist()
        raise TraceError(
            "{name} must be within 3.4e38, the range of float32, but is {value:g} at {place}.",
            name=name,
            value=found[tuple(place)].item(),
            place=place,
        )
    return found
