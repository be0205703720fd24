"""Forms of Form.io and the systems built on it (Form.io の様式): trees of components."""
