"""What travels between rooms and into files: traces, runs, how an example was made."""
