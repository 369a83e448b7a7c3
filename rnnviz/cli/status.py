"""Exit statuses, as shells have them."""

from __future__ import annotations

INTERRUPTED = 130
"""After Ctrl+C."""
