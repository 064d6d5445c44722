"""The wall between agencies at Temporal: a gate before its frontend that lets each of them into its own namespace only."""
