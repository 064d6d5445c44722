"""What people have begun at the web console: half-done forms, and files that they say they take. Both end by themselves."""
