"""See a recurrent network learn and think, one timestep at a time.

``rnnviz.trace`` records all that a PyTorch module computes on one sequence, and
``rnnviz.show`` opens a window on it; ``rnnviz`` on the command line opens the laboratory.
"""

from __future__ import annotations

# torch takes a second to import and Qt a third: each is imported by the function that needs it,
# and nothing at all before the program hears Ctrl+C.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import numpy.typing as npt
    from torch import Tensor, nn

    from rnnviz.gui.show import TraceWindow
    from rnnviz.records import Trace

__version__ = "0.1.0"
__all__ = ["__version__", "show", "trace"]


def trace(
    module: nn.RNN | nn.GRU | nn.LSTM,
    x: Tensor | npt.ArrayLike,
    *,
    readout: nn.Linear | None = None,
    target: Tensor | npt.ArrayLike | None = None,
    relevance: bool | None = None,
) -> Trace:
    """Record all that `module` computes on one sequence `x` of ``(T, I)``, timesteps by inputs.

    Works for an `nn.RNN`, `nn.GRU` or `nn.LSTM` of any size that is not bidirectional; the
    module is left as it was. The trace has `inputs` ``(T, I)``, `hidden` ``(T, L, H)``,
    equal to the module's output within 1e-5, and the `cell` and `gates` that it has; with
    a `readout`, an `nn.Linear`, also `output` ``(T, O)``; with a `target` ``(O,)`` too, the
    norm of the gradient at each timestep, `gradient_norm` ``(T, L)``; and where it is cheap
    or `relevance` is True, ``(T, T)`` norms of d y_t / d x_s. All are float32 arrays.

    Raises `rnnviz.learning.tracing.TraceError`, a `ValueError`, with one sentence that says
    what cannot be traced.

    Examples
    --------
    >>> import numpy as np, rnnviz, torch
    >>> lstm = torch.nn.LSTM(1, 64)
    >>> found = rnnviz.trace(lstm, np.sin(0.1 * np.arange(50))[:, None])
    >>> found.hidden.shape, sorted(found.gates)
    ((50, 1, 64), ['f', 'g', 'i', 'o'])
    """
    from rnnviz.learning import tracing

    return tracing.trace(module, x, readout=readout, target=target, relevance=relevance)


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
