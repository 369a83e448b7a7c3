"""See a recurrent network learn and think, one timestep at a time.

``rnnviz.trace`` records all that a PyTorch module computes on one sequence, and
``rnnviz.show`` opens a window on it; ``rnnviz`` on the command line opens the laboratory.
"""

from __future__ import annotations

# torch takes a second to import and Qt a third: each is imported by the function that needs it,
# and nothing at all before the program hears Ctrl+C.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import numpy.typing as npt
    from torch import Tensor, nn

    from rnnviz.gui.show import TraceWindow
    from rnnviz.learning.network.scan import OwnLayers
    from rnnviz.learning.tracing.trace import TraceError
    from rnnviz.records.trace import Trace
    from rnnviz.tasks.task import Loss

__version__ = "0.1.0"
__all__ = ["Trace", "TraceError", "__version__", "show", "trace"]


def __getattr__(name: str) -> type:
    if name == "Trace":
        from rnnviz.records.trace import Trace

        return Trace
    if name == "TraceError":
        from rnnviz.learning.tracing.trace import TraceError

        return TraceError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def trace(
    module: nn.RNN | nn.GRU | nn.LSTM | OwnLayers,
    x: Tensor | npt.ArrayLike,
    *,
    readout: nn.Linear | None = None,
    target: Tensor | npt.ArrayLike | None = None,
    loss: Loss | None = None,
    horizon: int = 0,
    start: Tensor | npt.ArrayLike | tuple[Any, Any] | None = None,
    saliency: bool | None = None,
) -> Trace:
    """Record all that `module` computes on one sequence `x` of ``(T, I)``, timesteps by inputs.

    Works for an `nn.RNN`, `nn.GRU` or `nn.LSTM` of any size, in one direction or both, and for
    rnnviz's own layers of a cell that PyTorch does not have; the module is left as it was. A
    batch of one, ``(1, T, I)`` of a `batch_first` module or else ``(T, 1, I)``, is taken as well,
    and the state that it begins with: `start` is h_0, or ``(h_0, c_0)``, each ``(L, H)`` with two
    rows a layer where both directions are read.

    The trace has `inputs` ``(T, I)``, `hidden` ``(T, L, H)``, and the `cell` and `gates` that
    there are. `hidden` is what ``module(x)`` gives on the CPU under `torch.no_grad`; on a GPU,
    in a batch or with gradients the module adds in another order, which is within 1e-5 but for
    networks that are chaotic.

    With a `readout`, an `nn.Linear`, there is `output` ``(T, O)``; with a `target` too, the norm
    of the gradient of the loss at each timestep, `gradient_norm` ``(T, L)``. A target is values,
    ``(O,)`` for the last answer or ``(T, O)`` for all, or classes, a whole number or ``(T,)`` of
    them; `loss` is ``"MSE"`` for values and ``"cross-entropy"`` for classes, or as you say
    (``"binary cross-entropy"`` is the third). `horizon` says how many timesteps after the one
    that was read last the answer and its target lie, so that they are drawn there.

    Where it is cheap or `saliency` is True, there is `saliency`, ``(T, T)`` norms of
    d y_t / d x_s. All are float32 arrays. `rnnviz.learning.tracing.trace.trace` says more.

    Raises `rnnviz.TraceError`, a `ValueError`, with one sentence that says what cannot be traced.

    Examples
    --------
    >>> import numpy as np, rnnviz, torch
    >>> lstm = torch.nn.LSTM(1, 64)
    >>> found = rnnviz.trace(lstm, np.sin(0.1 * np.arange(50))[:, None])
    >>> found.hidden.shape, sorted(found.gates)
    ((50, 1, 64), ['f', 'g', 'i', 'o'])
    """
    from rnnviz.learning.tracing import trace

    return trace.trace(
        module,
        x,
        readout=readout,
        target=target,
        loss=loss,
        horizon=horizon,
        start=start,
        saliency=saliency,
    )


def show(trace: Trace, *, block: bool = True) -> TraceWindow:
    """Open a window with the panels on a trace.

    Returns when the window is closed, or at once with the window where `block` is False or
    an application of Qt is running already, as in a notebook with ``%gui qt``.

    Examples
    --------
    >>> rnnviz.show(rnnviz.trace(lstm, x))  # doctest: +SKIP
    """
    from rnnviz.gui import show as window

    return window.show(trace, block=block)
