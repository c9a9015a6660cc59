"""Fakes of the services that the bot talks to, over real HTTP on loopback, and builders of what Teams sends."""
