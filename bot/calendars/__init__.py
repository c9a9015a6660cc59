"""Calendars: public holidays, the rota as a feed, and absences out of somebody's calendar; each by its library."""
