"""Panels about a run, as it learns."""
