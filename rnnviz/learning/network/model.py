"""The network of an experiment: recurrent layers, read out by one linear layer."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnviz.cells import CELLS, of_mode
from rnnviz.experiment import Experiment, Network
from rnnviz.learning.network import scan
from rnnviz.learning.network.scan import Recurrent
from rnnviz.learning.network.scan import State as State  # the notepad is the network's
from rnnviz.tasks.dataset import Sizes
from rnnviz.tasks.examples import PAD


class Reader(nn.Module):
    """Recurrent layers over values ``(B, T, I)``, or over tokens ``(B, T, F)``, each of F
    columns with an embedding of its own."""

    def __init__(self, inputs: int, vocabularies: Sequence[int], network: Network) -> None:
        super().__init__()
        self.embed = nn.ModuleList(
            nn.Embedding(size, network.embedding, padding_idx=PAD) for size in vocabularies
        )
        self.rnn = scan.layers_of(
            CELLS[network.cell],
            network.embedding * len(vocabularies) if vocabularies else inputs,
            network.hidden,
            network.layers,
            dropout=network.dropout_layers if network.layers > 1 else 0.0,
            bidirectional=network.direction == "both",
        )
        if network.gate_bias:
            set_gate_bias(self.rnn, network.gate_bias)

    def values(self, inputs: Tensor) -> Tensor:
        """What the first layer reads, ``(B, T, I)``: the values, or the embedded tokens."""
        if not len(self.embed):
            return inputs
        return torch.cat([e(inputs[..., k]) for k, e in enumerate(self.embed)], dim=-1)


class SequenceModel(nn.Module):
    """Reads a sequence and answers from the notepad: y_t = W h_t + b.

    The layers are PyTorch's own with PyTorch's own weights, so that the state dict can be
    loaded anywhere; those of a cell that PyTorch does not have are `scan.OwnLayers`. An
    encoder-decoder has a second reader, which goes on from the notepad that the first has
    filled.
    """

    def __init__(self, sizes: Sizes, network: Network) -> None:
        super().__init__()
        self.shape = sizes.shape
        self.reader = Reader(sizes.inputs, sizes.vocabularies, network)
        self.decoder: Reader | None = None
        if sizes.shape == "encoder-decoder":
            # What it reads is what it answers, token by token.
            self.decoder = Reader(0, [sizes.outputs], network)
        directions = 2 if network.direction == "both" else 1
        self.readout = nn.Linear(directions * network.hidden, sizes.outputs)
        self.hide_inputs = Dropout(network.dropout_inputs, at_each_timestep=True)
        self.hide_layers = nn.ModuleList(
            Dropout(network.dropout_layers, at_each_timestep=True)
            for _ in range(network.layers - 1)
        )
        self.hide_units = Dropout(network.dropout_readout)

    @property
    def rnn(self) -> Recurrent:
        """The recurrent layers that read the input."""
        return self.reader.rnn

    def hidden_by_dropout(self) -> dict[str, Tensor]:
        """What dropout hid in the last batch, True where hidden, by its place.

        ``inputs`` and ``layer 1`` (what the first layer hides from the second), ``layer 2`` …
        of the first example, ``(T, n)``; of an encoder-decoder what its decoder read. ``readout``
        of every example, ``(B, D H)``. cuDNN does not tell what it hid between layers.
        """
        found: dict[str, Tensor] = {}
        places = {"inputs": self.hide_inputs}
        places |= {f"layer {n}": hide for n, hide in enumerate(self.hide_layers, start=1)}  # type: ignore[misc]
        for place, hide in places.items():
            if hide.hidden is not None:
                found[place] = hide.hidden[0]
        if self.hide_units.hidden is not None:
            found["readout"] = self.hide_units.hidden.flatten(1)  # one mask for all timesteps
        return found

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
        x = self.hide_inputs(self.reader.values(inputs))  # (B, T, I)
        ends = self.shape == "encoder-decoder"
        hide = list(self.hide_layers)
        hidden, state = run_layers(self.rnn, x, lengths, state, hide, to_each_end=ends)
        if self.decoder is not None:
            assert decoder is not None
            x = self.hide_inputs(self.decoder.values(decoder))  # (B, U, E)
            hidden, state = run_layers(self.decoder.rnn, x, None, state, hide)  # (B, U, H)
        elif self.shape == "many-to-one":
            hidden = last_hidden(self.rnn, hidden, lengths, state)  # (B, D H)
        return self.readout(self.hide_units(hidden)), state


class Dropout(nn.Module):
    """Inverted dropout (Srivastava and others 2014) that keeps what it hid last.

    One mask serves for all timesteps: a unit is hidden from the whole sequence (Gal and
    Ghahramani 2016), which can be seen and does not shake the notepad. `at_each_timestep`
    draws anew for each. `hidden` are the places that were hidden in the last batch, True
    where hidden; None while nothing is.
    """

    def __init__(self, share: float, *, at_each_timestep: bool = False) -> None:
        super().__init__()
        self.share = share
        self.hidden: Tensor | None = None
        self._at_each_timestep = at_each_timestep

    def forward(self, x: Tensor) -> Tensor:
        """`x` ``(B, T, n)`` or ``(B, n)``, with some of it 0 and the rest the larger for it."""
        if not (self.training and self.share):
            return x
        once = x.ndim == 3 and not self._at_each_timestep
        shape = (x.shape[0], 1, x.shape[2]) if once else x.shape
        self.hidden = torch.rand(shape, device=x.device) < self.share
        return x.masked_fill(self.hidden, 0.0) / (1 - self.share)


def run_layers(
    rnn: Recurrent,
    x: Tensor,
    lengths: Tensor | None = None,
    state: State = None,
    hide: Sequence[Callable[[Tensor], Tensor]] = (),
    *,
    to_each_end: bool = False,
) -> tuple[Tensor, State]:
    """h_t of the last layer, ``(B, T, D H)``, and the notepad at the end.

    What is padded comes last, so reading forwards it can be left in: nothing that counts
    comes after it. Where a module also reads from the end, or where the notepad is wanted
    as it is at the end of each sequence (`to_each_end`), it is left out. `hide` is the dropout
    between the layers, where it is not left to cuDNN.
    """
    if not (rnn.bidirectional or to_each_end):
        lengths = None
    if scan.suits(rnn, x, lengths):
        return scan.run(rnn, x, lengths, state, hide)
    if lengths is None:
        return rnn(x, state)
    packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
    found, end = rnn(packed, state)
    return pad_packed_sequence(found, batch_first=True, total_length=x.shape[1])[0], end


def last_hidden(rnn: Recurrent, hidden: Tensor, lengths: Tensor | None, state: State) -> Tensor:
    """h of the last layer where each sequence ends, ``(B, D H)``: forwards that of its last
    timestep, backwards that of its first. The other two are what `run_layers` has given."""
    if lengths is not None and not rnn.bidirectional:
        return hidden[torch.arange(len(hidden), device=hidden.device), lengths - 1]
    # It is read off the notepad: h_T has a gradient of its own, and one of all h_t would
    # be mostly zeros.
    h = state[0] if isinstance(state, tuple) else state  # (L D, B, H)
    return torch.cat((h[-2], h[-1]), dim=1) if rnn.bidirectional else h[-1]


@torch.no_grad()
def set_gate_bias(rnn: Recurrent, steps: float) -> None:
    """Let gates keep what they hold for about so many timesteps before anything is learned.

    The bias of the gate that keeps, b_ih + b_hh together, becomes ln(steps): a gate of
    sigmoid(ln s) = s / (s + 1) fades by 1/e in about s timesteps (chrono initialization,
    Tallec and Ollivier 2018). Cells without such a gate stay as they are.
    """
    keeping = of_mode(rnn.mode).keeping
    if keeping is None:
        return
    gate = slice(keeping * rnn.hidden_size, (keeping + 1) * rnn.hidden_size)
    for name, bias in rnn.named_parameters():
        if name.startswith("bias_ih"):
            bias[gate] = math.log(steps)
        elif name.startswith("bias_hh"):
            bias[gate] = 0.0


def build(experiment: Experiment, sizes: Sizes) -> SequenceModel:
    """The untrained network of an experiment for data of some sizes, on the CPU.

    Its weights are PyTorch's usual ones, uniform in +-1/sqrt(H), and depend on the seed, the
    network and the sizes alone: runs that differ in the training start alike. The global random
    generator is left as it was.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(experiment.training.seed)
        return SequenceModel(sizes, experiment.network)


def with_weights(experiment: Experiment, sizes: Sizes, weights: Tensor) -> SequenceModel:
    """The network of an experiment as it answers, on the CPU, with weights in one vector,
    which it keeps: what is written to them changes it."""
    model = build(experiment, sizes).eval()
    nn.utils.vector_to_parameters(weights, model.parameters())
    return model
