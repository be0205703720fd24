"""`python -m madoguchi.cli`."""

from madoguchi.cli import app

app()
