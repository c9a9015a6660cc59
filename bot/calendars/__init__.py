"""Calendars: public holidays, by the package ``holidays``."""
