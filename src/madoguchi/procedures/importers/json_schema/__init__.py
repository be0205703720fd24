"""JSON Schema as forms (JSON Schema の様式): objects become groups, arrays tables, demands rules."""
