"""The sine job as a tutorial writes it: Dataset, DataLoader, autograd, Adam.

What `whole_process.py` compares rnnviz with. Nothing here is made slow on purpose, and
nothing is made fast.
"""

import sys

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Windows(Dataset):
    """Windows of 50 points of a sine, and the point after each."""

    def __init__(self, starts):
        steps = np.arange(51) * 0.1
        self.series = np.sin(starts[:, None] + steps).astype(np.float32)

    def __len__(self):
        return len(self.series)

    def __getitem__(self, index):
        series = torch.from_numpy(self.series[index])
        return series[:50, None], series[50:]


class Predictor(nn.Module):
    """A tanh RNN, read out after the last point."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(1, 64, batch_first=True)
        self.readout = nn.Linear(64, 1)

    def forward(self, x):
        """The next point, ``(B, 1)``, of windows ``(B, T, 1)``."""
        out, _ = self.rnn(x)
        return self.readout(out[:, -1])


def main(epochs):
    """Train and print the validation MSE."""
    torch.manual_seed(0)
    starts = np.random.default_rng(0).uniform(0, 2 * np.pi, 3000)
    train_loader = DataLoader(Windows(starts[:2500]), batch_size=64, shuffle=True)
    valid_loader = DataLoader(Windows(starts[2500:]), batch_size=64)
    model = Predictor()
    loss_fn = nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(epochs):
        model.train()
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            total = sum(loss_fn(model(x), y).item() * len(x) for x, y in valid_loader)
        print(f"epoch {epoch + 1}: valid mse {total / 500:.2e}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
