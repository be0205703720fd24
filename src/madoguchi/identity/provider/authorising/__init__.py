"""Authorising (認可): from a service's request to the person's consent and back with a code."""
