"""Training: from an experiment to a result."""
