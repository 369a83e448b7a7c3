"""Networks, training, tracing, attribution: the only rooms that import torch."""
