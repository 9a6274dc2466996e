"""How people reach it: the command line, and the environment it runs in."""
