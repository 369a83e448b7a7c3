"""One step of learning: the gradient of a loss, and what the optimizer makes of it."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from rnnviz.experiment import Training
from rnnviz.learning.network.model import SequenceModel

LOST = 1e-15
"""Of a gradient shorter than this some squares are too small for a float32."""
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8  # the defaults of the paper and of PyTorch


class Optimizer:
    """Learns batch by batch: `gradient`, then `update`.

    All weights lie in one vector, so that Adam, the norm, clipping and a copy of the
    weights are each one call whatever the network. `torch.optim.Adam` would do the same
    in more calls, and its first step imports the compiler, which takes as long as two
    hundred steps. On a GPU the weights stay where cuDNN wants them, and are written there
    after each update.
    """

    def __init__(self, model: SequenceModel) -> None:
        self._model = model
        self._parameters: list[Tensor] = list(model.parameters())
        self.weights = torch.cat([p.detach().reshape(-1) for p in self._parameters])
        self._parts = self._cut(self.weights)
        self._shared = self.weights.device.type == "cpu"
        if self._shared:
            for parameter, part in zip(self._parameters, self._parts, strict=True):
                parameter.data = part
        self._gradient = torch.zeros_like(self.weights)
        self._mean = torch.zeros_like(self.weights)
        self._square = torch.zeros_like(self.weights)
        self._norm = 0.0
        self._steps = 0

    def gradient(self, loss: Tensor) -> tuple[float, float]:
        """The value of a loss and the norm of its gradient with respect to all weights.

        Nothing is changed until `update`; both may be NaN or infinite.
        """
        parts = torch.autograd.grad(loss, self._parameters)
        torch.cat([part.reshape(-1) for part in parts], out=self._gradient)
        norm = torch.linalg.vector_norm(self._gradient)
        # Read together: on a GPU every read waits until all work is done.
        value, self._norm = torch.stack((loss.detach(), norm)).tolist()
        if self._norm < LOST:
            norm = torch.linalg.vector_norm(self._gradient, dtype=torch.float64)
            self._norm = float(norm)
        return value, self._norm

    @torch.no_grad()
    def update(self, knobs: Training, learning_rate: float) -> None:
        """Move the weights by one step of the optimizer that the knobs choose.

        Where `clip_norm` is not 0, a gradient that is longer is shortened to it first
        (Pascanu, Mikolov and Bengio 2013), as `torch.nn.utils.clip_grad_norm_` does.
        Weights decay apart from the gradient (Loshchilov and Hutter 2019, `torch.optim.AdamW`).
        """
        gradient = self._gradient
        if knobs.clip_norm:
            gradient.mul_(min(1.0, knobs.clip_norm / (self._norm + 1e-6)))
        self._steps += 1
        if knobs.weight_decay:
            self.weights.mul_(1 - learning_rate * knobs.weight_decay)
        if knobs.optimizer == "SGD":
            self._sgd(gradient, learning_rate, knobs.momentum)
        else:
            self._adam(gradient, learning_rate)
        self._publish()

    def _adam(self, gradient: Tensor, learning_rate: float) -> None:
        """Adam (Kingma and Ba 2015, algorithm 1)."""
        self._mean.lerp_(gradient, 1 - BETA1)
        self._square.mul_(BETA2).addcmul_(gradient, gradient, value=1 - BETA2)
        correction = math.sqrt(1 - BETA2**self._steps)
        scale = self._square.sqrt().div_(correction).add_(EPSILON)
        self.weights.addcdiv_(self._mean, scale, value=-learning_rate / (1 - BETA1**self._steps))

    def _sgd(self, gradient: Tensor, learning_rate: float, momentum: float) -> None:
        """Gradient descent with momentum as in `torch.optim.SGD`."""
        self._mean.mul_(momentum).add_(gradient)
        self.weights.add_(self._mean, alpha=-learning_rate)

    @property
    def moments(self) -> dict[str, Tensor]:
        """What is remembered of the gradients so far, vectors like `weights`."""
        return {"mean": self._mean, "square": self._square}

    def restore_moments(self, moments: dict[str, Tensor], steps: int) -> None:
        """Go on as after so many steps, with what they left in `moments`."""
        for name, vector in self.moments.items():
            vector.copy_(moments[name])
        self._steps = steps

    @torch.no_grad()
    def restore(self, weights: Tensor) -> None:
        """Put other weights in place, a vector like `weights`."""
        self.weights.copy_(weights)
        self._publish()

    def _publish(self) -> None:
        if not self._shared:
            with torch.no_grad():
                torch._foreach_copy_(self._parameters, self._parts)

    def _cut(self, vector: Tensor) -> list[Tensor]:
        sizes = [parameter.numel() for parameter in self._parameters]
        parts = vector.split(sizes)
        return [part.view_as(p) for part, p in zip(parts, self._parameters, strict=True)]
