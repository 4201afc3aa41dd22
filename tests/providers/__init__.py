"""A Terraform provider mirror for tests, made from Python packages alone."""
