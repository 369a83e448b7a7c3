"""Exit statuses, as shells have them."""

from __future__ import annotations

INTERRUPTED = 130
"""After Ctrl+C."""
UNHEARD = 141
"""After whoever reads the output has seen enough, as `head` does."""
