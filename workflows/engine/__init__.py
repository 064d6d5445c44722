"""What every process is made of: it knows none of them, and could carry another chain."""
