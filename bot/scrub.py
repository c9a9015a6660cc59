"""Secrets and personal data in foreign text: found and marked, in linear time."""
