"""Where phases run, and how processes are told apart."""
