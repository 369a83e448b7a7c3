"""Panels about one trace, along its timesteps."""
