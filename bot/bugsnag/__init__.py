"""What Bugsnag sends, as notifications; pure but for the route of its webhook."""
