"""Examples in batches, and how wrong the answers to them are."""
