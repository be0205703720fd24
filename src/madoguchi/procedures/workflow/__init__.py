"""Workflow (事務の流れ): states and actions as data, and what may happen next as pure functions."""
