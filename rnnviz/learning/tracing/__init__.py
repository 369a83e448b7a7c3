"""What a network computed on one example, kept so that all of it can be seen."""
