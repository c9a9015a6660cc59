"""What Bugsnag sends, as notifications; pure but for its own route."""
