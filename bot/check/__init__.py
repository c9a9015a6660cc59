"""What ``hotseat check`` looks at: a module for each part of the world, and ``run``, which asks them all at once."""
