"""The notepads that examples begin with which go on from each other."""

from __future__ import annotations

import torch
from torch import Tensor

from rnnviz.cells.base import Start
from rnnviz.learning.network.model import SequenceModel, State, run_layers
from rnnviz.learning.training.evaluation import stretch
from rnnviz.tasks import Split


class Notepads:
    """Fills the notepad that an example of `split` begins with as an `Evaluator` does: its
    stretch is read from the beginning, in order.

    What was read is kept for the weights and the stretch that were looked at last, so that the
    next example, or the same one again, costs nothing.
    """

    def __init__(self, split: Split) -> None:
        self._split = split
        self._weights: Tensor | None = None
        self._first = -1  # the example that the stretch begins with
        self._states: list[State] = []  # before each of its examples, as far as it was read

    @torch.inference_mode()
    def before(self, model: SequenceModel, example: int) -> list[Start] | None:
        """h_0 and c_0 of every layer; None where the notepad is empty."""
        place = example % stretch(len(self._split.inputs))
        if not place:
            return None
        weights = torch.nn.utils.parameters_to_vector(model.parameters())
        same = self._weights is not None and torch.equal(self._weights, weights)
        if not same or self._first != example - place:
            self._weights, self._first, self._states = weights, example - place, [None]
        while len(self._states) <= place:
            read = self._split.inputs[self._first + len(self._states) - 1]
            x = model.reader.values(torch.as_tensor(read)[None])  # (1, T, I)
            self._states.append(run_layers(model.rnn, x, state=self._states[-1])[1])
        state = self._states[place]  # each (L, 1, H)
        if isinstance(state, tuple):
            return [(hidden[0], cell[0]) for hidden, cell in zip(*state, strict=True)]
        return [(hidden[0], None) for hidden in state]
