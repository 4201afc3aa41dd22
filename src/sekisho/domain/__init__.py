"""What things are and which moves are legal: pure values and functions, no I/O, no clock."""
