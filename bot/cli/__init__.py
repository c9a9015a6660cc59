"""The command line, a module for each kind of command; a command imports what it needs when it runs."""
