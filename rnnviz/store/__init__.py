"""Files: where they are kept and how they are written."""
