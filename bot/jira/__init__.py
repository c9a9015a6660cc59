"""Jira: tickets for other teams."""
