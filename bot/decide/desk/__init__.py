"""What a desk decides about itself: setup, people, policy, pauses, whose chat is whose, and privacy."""
