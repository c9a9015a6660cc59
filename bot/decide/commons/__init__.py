"""Common requests as the team uses them: the list, the form, the sheet; and edits of the handbook."""
