"""The network of an experiment: recurrent layers, read out by one linear layer."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnviz.experiment import Experiment, Network
from rnnviz.learning import scan
from rnnviz.tasks.task import PAD, Task

State = Any
"""h, or (h, c) of an LSTM, each ``(L, B, H)``: the notepad, handed over."""


class Reader(nn.Module):
    """Recurrent layers over values or over tokens with their embeddings."""

    def __init__(self, task: Task, network: Network) -> None:
        super().__init__()
        sizes = task.vocabularies
        self.embed = nn.ModuleList(
            nn.Embedding(size, network.embedding, padding_idx=PAD) for size in sizes
        )
        width = network.embedding * len(sizes) if sizes else task.input_size
        kind, options = _KINDS[network.cell]
        self.rnn: nn.RNNBase = kind(
            width,
            network.hidden,
            network.layers,
            batch_first=True,
            dropout=network.dropout_layers if network.layers > 1 else 0.0,
            bidirectional=network.direction == "both",
            **options,
        )

    def values(self, inputs: Tensor) -> Tensor:
        """What the first layer reads, ``(B, T, I)``: the values, or the embedded tokens."""
        if not len(self.embed):
            return inputs
        return torch.cat([e(inputs[..., k]) for k, e in enumerate(self.embed)], dim=-1)


class SequenceModel(nn.Module):
    """Reads a sequence and answers from the notepad: y_t = W h_t + b.

    The layers are PyTorch's own with PyTorch's own weights, so that the state dict can be
    loaded anywhere. An encoder-decoder has a second reader, which goes on from the
    notepad that the first has filled.
    """

    def __init__(self, task: Task, network: Network) -> None:
        super().__init__()
        self.shape = task.shape
        self.reader = Reader(task, network)
        self.decoder = _Decoder(task, network) if task.shape == "encoder-decoder" else None
        directions = 2 if network.direction == "both" else 1
        self.readout = nn.Linear(directions * network.hidden, task.output_size)
        self._hide_inputs = Dropout(network.dropout_inputs)
        self.hide_units = Dropout(network.dropout_readout)
        if network.gate_bias:
            for part in (self.reader, self.decoder):
                if part is not None:
                    set_gate_bias(part.rnn, network.gate_bias)

    @property
    def rnn(self) -> nn.RNNBase:
        """The recurrent layers that read the input."""
        return self.reader.rnn

    def forward(
        self,
        inputs: Tensor,
        lengths: Tensor | None = None,
        decoder: Tensor | None = None,
        state: State = None,
    ) -> Tensor:
        """The answers to sequences ``(B, T, I)``: ``(B, O)`` from the last notepad of each, or
        ``(B, T, O)`` at every timestep; of an encoder-decoder to its decoder's tokens."""
        return self.carry(inputs, lengths, decoder, state)[0]

    def carry(
        self,
        inputs: Tensor,
        lengths: Tensor | None = None,
        decoder: Tensor | None = None,
        state: State = None,
    ) -> tuple[Tensor, State]:
        """The same, with the notepad as it is at the end."""
        x = self._hide_inputs(self.reader.values(inputs))
        only_last = self.shape == "many-to-one" and lengths is None
        if only_last and state is None and scan.suits(self.rnn, x):
            return self.readout(self.hide_units(scan.last_hidden(self.rnn, x))), None
        hidden, state = run_layers(self.rnn, x, lengths, state, self.shape)
        if self.decoder is not None:
            assert decoder is not None
            x = self._hide_inputs(self.decoder.values(decoder))
            hidden, state = run_layers(self.decoder.rnn, x, None, state, self.shape)
        elif self.shape == "many-to-one":
            hidden = _last(hidden, lengths, self.rnn.bidirectional)
        return self.readout(self.hide_units(hidden)), state


class _Decoder(Reader):
    """Reads the answer so far; carries the encoder's notepad on, so it reads forwards."""

    def __init__(self, task: Task, network: Network) -> None:
        nn.Module.__init__(self)
        size = task.output_size
        self.embed = nn.ModuleList([nn.Embedding(size, network.embedding, padding_idx=PAD)])
        kind, options = _KINDS[network.cell]
        self.rnn = kind(
            network.embedding,
            network.hidden,
            network.layers,
            batch_first=True,
            dropout=network.dropout_layers if network.layers > 1 else 0.0,
            **options,
        )


_KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "RNN": (nn.RNN, {"nonlinearity": "tanh"}),
    "RNN relu": (nn.RNN, {"nonlinearity": "relu"}),
    "GRU": (nn.GRU, {}),
    "LSTM": (nn.LSTM, {}),
}


class Dropout(nn.Module):
    """Inverted dropout (Srivastava and others 2014) that keeps what it hid last.

    `hidden` are the places that were hidden in the last batch, True where hidden; None
    while nothing is.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self.hidden: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        if not (self.training and self.share):
            return x
        # One mask for all timesteps: a unit is hidden from the whole sequence (Gal and
        # Ghahramani 2016), which can be seen and does not shake the notepad.
        shape = (x.shape[0], 1, x.shape[2]) if x.ndim == 3 else x.shape
        self.hidden = torch.rand(shape, device=x.device) < self.share
        return x.masked_fill(self.hidden, 0.0) / (1 - self.share)


def run_layers(
    rnn: nn.RNNBase, x: Tensor, lengths: Tensor | None, state: State, shape: str
) -> tuple[Tensor, State]:
    """h_t of the last layer, ``(B, T, D H)``, and the notepad at the end of each sequence.

    What is padded comes last, so reading forwards it can be left in: nothing that counts
    comes after it. Read from both ends, or handed over, it has to be packed away.
    """
    if lengths is None or not (rnn.bidirectional or shape == "encoder-decoder"):
        if state is None and not rnn.bidirectional and scan.suits(rnn, x):
            return scan.all_hidden(rnn, x)
        hidden, end = rnn(x, state)
        return hidden, end
    packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
    found, end = rnn(packed, state)
    return pad_packed_sequence(found, batch_first=True, total_length=x.shape[1])[0], end


def _last(hidden: Tensor, lengths: Tensor | None, both: bool) -> Tensor:
    """The last notepad of each sequence; of the one carried from the end, its last is the
    first timestep's."""
    if lengths is None:
        last = hidden[:, -1]
    else:
        rows = torch.arange(len(hidden), device=hidden.device)
        last = hidden[rows, lengths.to(hidden.device) - 1]
    if both:
        units = hidden.shape[2] // 2
        last = torch.cat([last[:, :units], hidden[:, 0, units:]], dim=1)
    return last


@torch.no_grad()
def set_gate_bias(rnn: nn.RNNBase, steps: float) -> None:
    """Let gates keep what they hold for about so many timesteps before anything is learned.

    The bias of the forget gate of an LSTM, and of the update gate of a GRU, b_ih + b_hh
    together, becomes ln(steps): a gate of sigmoid(ln s) = s / (s + 1) fades by 1/e in about
    s timesteps (chrono initialization, Tallec and Ollivier 2018). Other cells have no such
    gate and stay as they are.
    """
    if not isinstance(rnn, nn.LSTM | nn.GRU):
        return
    gate = slice(rnn.hidden_size, 2 * rnn.hidden_size)  # the second: f of ifgo, z of rzn
    for name, bias in rnn.named_parameters():
        if name.startswith("bias_ih"):
            bias[gate] = math.log(steps)
        elif name.startswith("bias_hh"):
            bias[gate] = 0.0


def build(experiment: Experiment) -> SequenceModel:
    """The untrained network of an experiment, on the CPU.

    Its weights are PyTorch's usual ones, uniform in +-1/sqrt(H), and depend on the seed
    and the network alone: runs that differ in the training start alike. The global random
    generator is left as it was.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(experiment.training.seed)
        return SequenceModel(experiment.task, experiment.network)
