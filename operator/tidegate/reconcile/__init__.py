"""The loop that joins the parts: observe, decide, act, record."""
