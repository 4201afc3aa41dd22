"""What the operator sees of the server at work: structured logs."""
