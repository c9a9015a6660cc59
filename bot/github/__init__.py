"""GitHub: where the handbook is kept, and how an edit of it is proposed."""
