"""Says what the site consists of: pure functions from editions to outputs."""
