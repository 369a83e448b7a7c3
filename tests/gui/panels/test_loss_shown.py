"""Where the curves of the loss panel stand along the axis of epochs."""

from __future__ import annotations

import numpy as np

from tests.gui.driver import Driver


def test_a_training_loss_stands_in_the_middle_of_its_epoch_a_validation_loss_at_its_end(
    driver: Driver,
):
    driver.train_to_the_end()
    history, drawn = driver.workspace.run.history, driver.panel("loss").drawn()
    x, y = drawn["training"]
    assert x.tolist() == [0.5, 1.5, 2.5]
    np.testing.assert_allclose(y, [record.train_loss for record in history], rtol=1e-6)
    x, y = drawn["validation"]
    assert x.tolist() == [1, 2, 3]
    np.testing.assert_allclose(y, [record.valid_loss for record in history], rtol=1e-6)
