"""What a reporter follows."""
