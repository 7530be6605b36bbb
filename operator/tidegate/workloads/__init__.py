"""How stable and candidate exist as pods. Pure: no sockets."""
