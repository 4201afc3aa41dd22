"""The suites; CONTRIBUTING.md says what goes where."""
