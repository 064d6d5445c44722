"""Who is logged in at the web console, and what each of them may send once: rows that end by themselves."""
