"""The network of an experiment, and its passes over time."""
