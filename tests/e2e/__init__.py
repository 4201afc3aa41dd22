"""Stories: everything real, end to end."""
