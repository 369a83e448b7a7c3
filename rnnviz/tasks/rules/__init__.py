"""Simple rules that a network has to beat, and the measures by which both are compared."""
