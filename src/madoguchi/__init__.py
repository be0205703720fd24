"""窓口: publish any government procedure as data, file it, decide it."""
