"""What can be read off a finished trace or a loss history; numpy alone."""
