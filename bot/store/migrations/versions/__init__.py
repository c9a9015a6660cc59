"""One script per version, named by its number; none is ever changed once released."""
