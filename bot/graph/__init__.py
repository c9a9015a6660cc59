"""What Teams' webhook missed, read through Microsoft Graph: the messages of the desks' channels."""
