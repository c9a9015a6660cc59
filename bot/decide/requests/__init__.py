"""What becomes of requests: intake, the clocks, *Support…* and its steps, and what cards' buttons do."""
