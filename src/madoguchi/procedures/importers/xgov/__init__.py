"""Forms of the XGov digital form builder (英国政府の様式): pages joined by links with conditions."""
