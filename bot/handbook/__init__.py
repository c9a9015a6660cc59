"""The handbook as text: its sections with GitHub's anchors, and the shelf on which each desk's stands."""
