"""The process boundary: what is said across it, the child that computes, the client that asks."""
