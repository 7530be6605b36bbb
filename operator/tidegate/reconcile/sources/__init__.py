"""Who is asked for measurements: metric sources, their Secrets, and the limits of asking."""
