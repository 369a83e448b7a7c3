"""The network of an experiment: recurrent layers, read out by one linear layer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rnnviz.experiment import Experiment
from rnnviz.learning.scan import last_hidden


class SequenceModel(nn.Module):
    """Reads a sequence, answers from the last notepad: y = W h_T + b.

    `rnn` and `readout` are PyTorch's own layers with PyTorch's own weights, so that the
    state dict can be loaded anywhere.
    """

    def __init__(self, input_size: int, hidden: int, layers: int, output_size: int) -> None:
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden, layers, nonlinearity="tanh", batch_first=True)
        self.readout = nn.Linear(hidden, output_size)

    def forward(self, x: Tensor) -> Tensor:
        """The answers ``(B, O)`` to sequences ``(B, T, I)``."""
        if x.is_cuda:
            last = self.rnn(x)[0][:, -1]  # cuDNN does all timesteps in a few kernels
        else:
            last = last_hidden(self.rnn, x)
        answer: Tensor = self.readout(last)
        return answer


def build(experiment: Experiment) -> SequenceModel:
    """The untrained network of an experiment, on the CPU.

    Its weights are PyTorch's usual ones, uniform in +-1/sqrt(H), and depend on the seed
    and the sizes alone: runs that differ in the task or the training start alike. The
    global random generator is left as it was.
    """
    network, task = experiment.network, experiment.task
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(experiment.training.seed)
        return SequenceModel(task.input_size, network.hidden, network.layers, task.output_size)
