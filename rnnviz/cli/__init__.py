"""The command line: the commands, their options, and `rnnviz train`."""
