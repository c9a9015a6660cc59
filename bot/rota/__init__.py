"""The rota: iterations, shifts, and who is on duty. Knows nothing of requests."""
