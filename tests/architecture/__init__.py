"""Rules about the source itself: each holds for this repository, and each is seen to fail."""
