"""Saliency and gradient norms against autograd."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.autograd.functional import jacobian

from rnnviz.learning.tracing import attribution
from rnnviz.learning.tracing.trace import trace
from rnnviz.learning.training.trainer import Trainer
from tests.learning.toys import (
    Curve,
    Labels,
    Later,
    Notes,
    Review,
    Translation,
    Value,
    experiment,
)

KINDS = {
    "tanh": nn.RNN,
    "relu": lambda *sizes, **more: nn.RNN(*sizes, nonlinearity="relu", **more),
    "GRU": nn.GRU,
    "LSTM": nn.LSTM,
}
KIND_OF = {"RNN": "tanh", "RNN relu": "relu", "GRU": "GRU", "LSTM": "LSTM"}
"""of the cells that PyTorch has"""
CASES = {
    "kind": st.sampled_from(sorted(KINDS)),
    "inputs": st.integers(1, 3),
    "hidden": st.integers(1, 6),
    "layers": st.integers(1, 3),
    "outputs": st.integers(1, 3),
    "timesteps": st.integers(1, 8),
    "bias": st.booleans(),
}


def make(kind, inputs, hidden, layers, outputs, timesteps, bias):
    torch.manual_seed(inputs + 10 * hidden + 100 * layers)
    module = KINDS[kind](inputs, hidden, layers, bias=bias).double()
    return module, nn.Linear(hidden, outputs).double(), torch.randn(timesteps, inputs).double()


def norms(answer, x):
    """||d y_t / d x_s|| for all t, s, by autograd."""
    found = jacobian(answer, x)  # (T, O, T, I)
    return found.transpose(1, 2).flatten(2).norm(dim=2).numpy()


@given(**CASES)
@settings(max_examples=40, deadline=None)
def test_saliency_is_the_norm_of_the_jacobian_of_the_output(**case):
    module, readout, x = make(**case)
    found = trace(module, x, readout=readout, saliency=True).saliency
    np.testing.assert_allclose(found, norms(lambda x: readout(module(x)[0]), x), atol=1e-6)


@given(**CASES)
@settings(max_examples=20, deadline=None)
def test_without_a_readout_it_is_that_of_the_last_layer(**case):
    module, _, x = make(**case)
    found = trace(module, x, saliency=True).saliency
    np.testing.assert_allclose(found, norms(lambda x: module(x)[0], x), atol=1e-6)


@given(**CASES)
@settings(max_examples=40, deadline=None)
def test_gradient_norms_are_those_of_autograd(**case):
    module, readout, x = make(**case)
    target = torch.ones(case["outputs"], dtype=torch.float64)
    found = trace(module, x, readout=readout, target=target).gradient_norm
    np.testing.assert_allclose(
        found, gradient_norms(case["kind"], module, readout, x, target), atol=1e-6
    )


def gradient_norms(kind, module, readout, x, target):
    """||d loss / d h_t|| of every layer, by autograd through PyTorch's single-step cells."""
    states = []  # h_t of every layer, timestep by timestep
    past = [None] * module.num_layers
    for step in x:
        for layer in range(module.num_layers):
            past[layer] = cell_of(kind, module, layer)(step, past[layer])
            step = past[layer][0] if kind == "LSTM" else past[layer]
            states.append(step)
    loss = (readout(step) - target).square().mean()
    gradients = torch.autograd.grad(loss, states, allow_unused=True, materialize_grads=True)
    return torch.stack([g.norm() for g in gradients]).view(len(x), -1).numpy()


def cell_of(kind, module, layer, end="", dtype=torch.float64):
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    weights = {
        name: getattr(module, f"{name}_l{layer}{end}") for name in names[: 4 if module.bias else 2]
    }
    sizes = weights["weight_ih"].shape[1], module.hidden_size
    more = {"nonlinearity": kind} if kind in ("tanh", "relu") else {}
    made = {"GRU": nn.GRUCell, "LSTM": nn.LSTMCell}.get(kind, nn.RNNCell)
    cell = made(*sizes, bias=module.bias, dtype=dtype, **more)
    cell.load_state_dict(weights)
    return cell


def test_a_layer_below_the_last_has_no_gradient_of_its_own_at_a_single_timestep():
    # At T = 1 the loss reaches h of layer 1 through layer 2 alone: dL/dh_1 = W_ih^T dz_2.
    torch.manual_seed(0)
    module, readout = nn.RNN(1, 3, 2).double(), nn.Linear(3, 1).double()
    found = trace(module, [[0.5]], readout=readout, target=[2.0])
    h2 = torch.as_tensor(found.hidden[0, 1]).double()
    d_answer = 2 * (torch.as_tensor(found.output[0]).double() - 2.0)
    d_h2 = readout.weight[0] * d_answer
    expected = module.weight_ih_l1.t() @ (d_h2 * (1 - h2**2))
    assert found.gradient_norm[0, 1] == pytest.approx(d_h2.norm().item(), rel=1e-5)
    assert found.gradient_norm[0, 0] == pytest.approx(expected.norm().item(), rel=1e-5)


def test_later_inputs_do_not_matter_for_earlier_answers():
    found = trace(nn.GRU(1, 4), np.ones((9, 1)), saliency=True).saliency
    assert (np.triu(found, 1) == 0).all()
    assert (found[np.tril_indices(9)] > 0).all()


@pytest.mark.parametrize(
    ("timesteps", "hidden", "there"), [(50, 64, True), (50, 16, True), (2000, 256, False)]
)
def test_saliency_comes_unasked_only_where_it_is_cheap(timesteps, hidden, there):
    module, x = nn.RNN(1, hidden), np.zeros((timesteps, 1))
    assert (trace(module, x).saliency is not None) is there


def test_saliency_is_left_out_where_it_is_not_wanted_or_too_dear():
    module, x = nn.RNN(1, 4), np.zeros((5, 1))
    assert trace(module, x, saliency=False).saliency is None
    assert trace(module, x, saliency=True, dearest=10.0).saliency is None
    assert trace(module, x, saliency=True, dearest=1e6).saliency is not None


def test_gradient_norms_need_a_target():
    found = trace(nn.RNN(1, 4), np.zeros((5, 1)), readout=nn.Linear(4, 1))
    assert found.gradient_norm is None
    assert found.target is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layers", [1, 2])
def test_what_vanishes_on_the_way_leaves_all_else_as_it_is(kind, layers):
    module, readout, x = make(kind, 2, 4, layers, 2, 60, True)
    with torch.no_grad():
        for name, weight in module.named_parameters():
            weight.mul_(0.1 if name.startswith("weight_hh") else 1.0)
            if kind in ("GRU", "LSTM") and name.startswith("bias"):
                # Wide open or shut, so that these forget as fast as a plain layer does.
                weight[4:8] = -2.0
    target = [0.0, 1.0]
    found = trace(module, x, readout=readout, target=target, saliency=True)
    right = norms(lambda x: readout(module(x)[0]), x)
    norm = gradient_norms(kind, module, readout, x, torch.tensor(target).double())
    assert right[-1, 0] < 1e-30
    np.testing.assert_allclose(found.saliency, right, rtol=1e-5, atol=1e-25)
    np.testing.assert_allclose(found.gradient_norm, norm, rtol=1e-5, atol=1e-25)


@given(**{name: CASES[name] for name in ("kind", "inputs", "hidden", "layers", "timesteps")})
@settings(max_examples=30, deadline=None)
def test_gradient_norms_of_both_directions_are_those_of_autograd(
    kind, inputs, hidden, layers, timesteps
):
    torch.manual_seed(hidden)
    module = KINDS[kind](inputs, hidden, layers, bidirectional=True).double()
    readout = nn.Linear(2 * hidden, 1).double()
    x = torch.randn(timesteps, inputs).double()
    found = trace(module, x, readout=readout, target=[1.0]).gradient_norm

    states, below = [], x  # h_t of every layer and direction, each (T,) tensors
    for layer in range(layers):
        both = []
        for direction in range(2):
            cell = cell_of(kind, module, layer, "_reverse" if direction else "")
            past, written = None, [None] * timesteps
            for t in reversed(range(timesteps)) if direction else range(timesteps):
                past = cell(below[t], past)
                written[t] = past[0] if kind == "LSTM" else past
            states.append(written)
            both.append(torch.stack(written))
        below = torch.cat(both, dim=1)
    loss = (readout(below[-1]) - 1.0).square().mean()
    flat = [state for written in states for state in written]
    gradients = torch.autograd.grad(loss, flat, allow_unused=True, materialize_grads=True)
    right = torch.stack([g.norm() for g in gradients]).view(2 * layers, timesteps).T
    np.testing.assert_allclose(found, right, atol=1e-6)


@given(**{name: CASES[name] for name in ("kind", "inputs", "hidden", "layers", "timesteps")})
@settings(max_examples=30, deadline=None)
def test_saliency_of_both_directions_is_the_norm_of_the_jacobian(
    kind, inputs, hidden, layers, timesteps
):
    torch.manual_seed(hidden)
    module = KINDS[kind](inputs, hidden, layers, bidirectional=True).double()
    readout = nn.Linear(2 * hidden, 2).double()
    x = torch.randn(timesteps, inputs).double()
    found = trace(module, x, readout=readout, saliency=True).saliency
    np.testing.assert_allclose(found, norms(lambda x: readout(module(x)[0]), x), atol=1e-6)


def test_a_long_sequence_in_blocks_is_the_same_as_at_once(monkeypatch):
    torch.manual_seed(1)
    module, x = nn.LSTM(2, 4, 2, bidirectional=True), np.ones((40, 2))
    at_once = trace(module, x, saliency=True).saliency
    monkeypatch.setattr(attribution, "BLOCK", 40 * 2 * 8 * 7)  # seven inputs
    np.testing.assert_allclose(trace(module, x, saliency=True).saliency, at_once, rtol=1e-5)


def test_one_answer_of_both_directions_rests_on_the_first_timestep_backwards():
    trainer = Trainer(experiment(Value(), network__cell="GRU", network__direction="both"))
    model, valid = trainer.model.eval(), trainer.examples.valid
    length = valid.length(2)
    x = torch.as_tensor(valid.inputs[2:3, :length])

    def answers(x):
        hidden = model.rnn(x)[0][0]  # (T, 2 H)
        last = hidden[:1, 6:].expand(length, -1)
        return model.readout(torch.cat((hidden[:, :6], last), dim=1))

    found = jacobian(answers, x)[:, :, 0].transpose(1, 2).flatten(2).norm(dim=2)
    np.testing.assert_allclose(trainer.trace(2).saliency, found, atol=1e-6)


@pytest.mark.parametrize(
    ("asked", "dearest", "why"),
    [
        (True, None, ""),
        (None, None, "unasked"),
        (False, 1e12, "unasked"),
        (None, 1e12, "later"),
        (None, 1e3, "too dear"),
        (True, 1e3, "too dear"),
    ],
)
def test_a_trace_says_why_it_has_no_saliency(asked, dearest, why):
    # One multiplication by W_hh for each of half the pairs of timesteps.
    found = trace(nn.RNN(1, 100), np.zeros((250, 1)), saliency=asked, dearest=dearest)
    assert found.saliency_missing == why
    assert (found.saliency is None) is bool(why)
    assert found.saliency_cost == 250**2 / 2 * 100**2


@pytest.mark.parametrize("outputs", [1, 3])
def test_what_is_very_small_is_not_lost_in_its_square(outputs):
    # y_t = W h_t with W = 1e-12 and h_t = 1e-3^t: 1e-12 * 1e-3^(t - s), down to 1e-27.
    module, readout = nn.RNN(1, 1, nonlinearity="relu", bias=False), nn.Linear(1, outputs)
    with torch.no_grad():
        module.weight_ih_l0.fill_(1.0)
        module.weight_hh_l0.fill_(1e-3)
        readout.weight.fill_(1e-12)
        readout.bias.zero_()
    found = trace(module, np.ones((6, 1)), readout=readout, target=[-1.0] * outputs, saliency=True)
    powers = 1e-12 * 1e-3 ** np.arange(5, -1, -1.0)
    np.testing.assert_allclose(found.saliency[-1], powers * outputs**0.5, rtol=1e-4)
    # d loss / d h_t = sum of 2 (y - target) / O * W * 1e-3^(T - t), the answers being 1e-12.
    np.testing.assert_allclose(found.gradient_norm[:, 0], 2 * powers, rtol=1e-4)


CLASSES = torch.tensor([2, 0, 1, 1, 2, 0])


@pytest.mark.parametrize(
    ("target", "loss", "right"),
    [
        (torch.ones(6, 3), None, lambda y: F.mse_loss(y, torch.ones(6, 3))),
        (1, None, lambda y: F.cross_entropy(y[-1:], torch.tensor([1]))),
        (CLASSES, None, lambda y: F.cross_entropy(y, CLASSES)),
        (CLASSES.tolist(), "cross-entropy", lambda y: F.cross_entropy(y, CLASSES)),
        ([1, 0, 1], None, lambda y: F.mse_loss(y[-1], torch.tensor([1.0, 0, 1]))),
        (
            [1, 0, 1],
            "binary cross-entropy",
            lambda y: F.binary_cross_entropy_with_logits(
                y[-1], torch.tensor([1.0, 0, 1]), reduction="sum"
            ),
        ),
    ],
)
def test_the_gradient_is_that_of_the_loss_that_the_target_asks_for(target, loss, right):
    torch.manual_seed(3)
    module, readout, x = nn.RNN(1, 5), nn.Linear(5, 3), torch.randn(6, 1)
    states, h = [], None
    for step in x:
        h = cell_of("tanh", module, 0, dtype=torch.float32)(step, h)
        states.append(h)
    gradients = torch.autograd.grad(right(readout(torch.stack(states))), states)
    found = trace(module, x, readout=readout, target=target, loss=loss)
    wanted = torch.stack([g.norm() for g in gradients])
    np.testing.assert_allclose(found.gradient_norm[:, 0], wanted, rtol=1e-4, atol=1e-7)


def test_classes_read_by_their_numbers_where_they_are_asked():
    torch.manual_seed(4)
    module, readout, x = nn.RNN(1, 5), nn.Linear(5, 3), torch.randn(6, 1)
    likeliest = readout(module(x)[0]).argmax(dim=1).tolist()
    every = trace(module, x, readout=readout, target=CLASSES, horizon=2)
    assert every.target is None
    assert every.presentation.horizon == 2
    assert every.presentation.answers == [str(number) for number in likeliest]
    assert every.presentation.asked == ["2", "0", "1", "1", "2", "0"]
    assert every.presentation.right == [a == b for a, b in zip(likeliest, CLASSES, strict=True)]
    last = trace(module, x, readout=readout, target=2).presentation
    assert last.asked == ["", "", "", "", "", "2"]
    assert last.right == [None] * 5 + [likeliest[-1] == 2]


@pytest.mark.parametrize("cell", KIND_OF)
@pytest.mark.parametrize("layers", [1, 2])
def test_saliency_and_gradients_go_from_the_decoder_into_the_encoder(cell, layers):
    trainer = Trainer(experiment(Translation(), network__cell=cell, network__layers=layers))
    for _ in range(4):
        trainer.train_batch()
    model, valid, kind = trainer.model.eval(), trainer.examples.valid, KIND_OF[cell]
    for example in range(4):
        found = trainer.trace(example)
        length = valid.length(example)
        tokens = torch.as_tensor(found.inputs).long()
        source = model.reader.values(tokens[:length]).detach().requires_grad_()
        said = model.decoder.values(tokens[length:, :1]).detach().requires_grad_()
        past, states, answers = [None] * layers, [], []
        for rnn, rows in ((model.rnn, source), (model.decoder.rnn, said)):
            for step in rows:
                for layer in range(layers):
                    past[layer] = cell_of(kind, rnn, layer, dtype=torch.float32)(step, past[layer])
                    step = past[layer][0] if kind == "LSTM" else past[layer]
                    states.append(step)
                answers.append(model.readout(step))
        np.testing.assert_allclose(found.output, torch.stack(answers).detach(), atol=1e-5)

        for t, answer in enumerate(answers):
            squares = torch.zeros(())
            for one in answer:
                grads = torch.autograd.grad(
                    one, (source, said), retain_graph=True, materialize_grads=True
                )
                squares = squares + torch.cat([g.square().sum(1) for g in grads])
            np.testing.assert_allclose(found.saliency[t], squares.sqrt(), atol=1e-5)

        asked = torch.as_tensor(valid.asked[example])
        loss = torch.nn.functional.cross_entropy(
            torch.stack(answers[length:])[asked], torch.as_tensor(valid.targets[example])[asked]
        )
        gradients = torch.autograd.grad(loss, states, allow_unused=True, materialize_grads=True)
        right = torch.stack([g.norm() for g in gradients]).view(len(answers), layers)
        np.testing.assert_allclose(found.gradient_norm, right, atol=1e-5)


@pytest.mark.parametrize("toy", [Value, Review, Curve, Labels, Later, Notes])
@pytest.mark.parametrize("direction", ["forward", "both"])
def test_gradient_norms_are_those_of_the_loss_of_the_task(toy, direction):
    chosen = experiment(toy(), network__cell="GRU", network__direction=direction)
    trainer = Trainer(chosen)
    trainer.train_batch()
    model, valid = trainer.model.eval(), trainer.examples.valid
    for example in range(4):
        length = valid.length(example)
        inputs = torch.as_tensor(valid.inputs[example : example + 1, :length])
        with torch.no_grad():
            hidden = model.rnn(model.reader.values(inputs))[0][0]
        if valid.asked is not None and not valid.asked[example].any():
            assert not trainer.trace(example).gradient_norm.any()
            continue
        # One layer: what comes to h_t from the answers alone is dL/dh_t of the last timestep
        # that is read, forwards the last and backwards the first.
        hidden.requires_grad_()
        parts = hidden.split(6, dim=1)
        if toy.shape == "many-to-one":
            ends = [parts[0][-1]] if direction == "forward" else [parts[0][-1], parts[1][0]]
            answers = model.readout(torch.cat(ends))[None]
        else:
            answers = model.readout(hidden)
        targets = torch.as_tensor(valid.targets[example])
        if toy.shape == "many-to-many":
            targets = targets[:length]
        else:
            targets = targets[None]
        if valid.asked is not None:
            asked = torch.as_tensor(valid.asked[example, :length])
            answers, targets = answers[asked], targets[asked]
        loss = {
            "MSE": torch.nn.functional.mse_loss,
            "cross-entropy": torch.nn.functional.cross_entropy,
            "binary cross-entropy": lambda a, b: (
                torch.nn.functional.binary_cross_entropy_with_logits(a, b, reduction="sum") / len(b)
            ),
        }[toy.loss](answers, targets)
        right = torch.autograd.grad(loss, hidden)[0].split(6, dim=1)
        found = trainer.trace(example).gradient_norm
        assert found[-1, 0] == pytest.approx(right[0][-1].norm().item(), abs=1e-6)
        if direction == "both":
            assert found[0, 1] == pytest.approx(right[1][0].norm().item(), abs=1e-6)


def test_the_gradient_of_the_cell_is_that_of_autograd_step_by_step():
    torch.manual_seed(3)
    module, readout = nn.LSTM(2, 5, 1), nn.Linear(5, 1)
    x, target = torch.randn(9, 2), torch.tensor([0.7])
    cell = nn.LSTMCell(2, 5)
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    cell.load_state_dict({name: getattr(module, f"{name}_l0") for name in names})
    h, c = torch.zeros(1, 5), torch.zeros(1, 5)
    contents = []
    for x_t in x:
        h, c = cell(x_t[None], (h, c))
        c.retain_grad()
        contents.append(c)
    (readout(h)[0] - target).square().mean().backward()
    wanted = [c.grad.norm().item() for c in contents]
    found = trace(module, x, readout=readout, target=target.tolist())
    np.testing.assert_allclose(found.cell_gradient_norm[:, 0], wanted, rtol=1e-4, atol=1e-7)


def test_only_an_lstm_has_a_gradient_of_its_cell():
    found = trace(nn.GRU(1, 4), np.ones((3, 1)), readout=nn.Linear(4, 1), target=[0.0])
    assert found.gradient_norm is not None
    assert found.cell_gradient_norm is None
