"""What changes the rota: imports, edits of its file, and people who are away."""
