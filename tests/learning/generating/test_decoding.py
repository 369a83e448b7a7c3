"""Greedy decoding: each answer the likeliest, read before the next; and it ends."""

import pytest
import torch

from rnnviz.learning.generating.decoding import greedy
from rnnviz.learning.training.evaluation import Evaluator
from rnnviz.learning.training.trainer import Trainer
from tests.learning.toys import CELLS, Translation, experiment


def trained(cell, layers=1):
    trainer = Trainer(experiment(Translation(), network__cell=cell, network__layers=layers))
    while not trainer.done:
        trainer.train_batch()
    return trainer


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 2])
def test_it_is_reading_all_over_again_after_each_answer(cell, layers):
    trainer = trained(cell, layers)
    model, valid = trainer.model.eval(), trainer.examples.valid
    inputs, lengths = torch.as_tensor(valid.inputs), torch.as_tensor(valid.lengths)
    start = torch.as_tensor(valid.decoder[:, :1, 0])
    logits, read = greedy(model, inputs, lengths, start, 5)
    assert logits.shape == (10, 5, 4)
    for example in range(10):
        said = [int(start[example])]
        with torch.no_grad():
            for step in range(5):
                alone = inputs[example : example + 1, : lengths[example]]
                answers = model(alone, None, torch.tensor(said)[None, :, None])[0]
                torch.testing.assert_close(logits[example, step], answers[-1], rtol=0, atol=1e-5)
                said.append(int(answers[-1].argmax()))
        assert read[example].tolist() == said[:-1]


def test_a_judge_decodes_every_example_in_its_place():
    trainer = trained("GRU")
    valid = trainer.examples.valid
    found = Evaluator(Translation(), valid, "cpu").decoded(trainer.model)
    for example in range(10):
        trace = trainer.trace(example)
        torch.testing.assert_close(
            torch.as_tensor(found[example]), torch.as_tensor(trace.output[-5:]), rtol=0, atol=1e-5
        )


def test_it_ends_after_as_many_answers_as_asked():
    trainer = trained("RNN")
    valid = trainer.examples.valid
    inputs, start = torch.as_tensor(valid.inputs[:2]), torch.tensor([[1], [1]])
    for steps in (1, 50):
        logits, read = greedy(trainer.model.eval(), inputs, None, start, steps)
        assert logits.shape == (2, steps, 4)
        assert read.shape == (2, steps)


def test_deciding_leaves_no_gradient():
    trainer = trained("LSTM")
    inputs = torch.as_tensor(trainer.examples.valid.inputs[:1])
    logits, _ = greedy(trainer.model, inputs, None, torch.tensor([[1]]), 3)
    assert not logits.requires_grad
