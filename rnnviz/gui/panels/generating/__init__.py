"""Panels about what a network makes by itself."""
