"""Panels about the data, before a network reads them."""
