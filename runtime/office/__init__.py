"""What every process of an agency does for the bus, whether workflows stand behind it or not: look, wait, ask, tend keys."""
