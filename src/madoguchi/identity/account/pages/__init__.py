"""Pages of accounts: signing in, signing up, looking after one's account."""
