"""The window: Qt alone, nothing that computes a network."""
