"""What people ask for by annotation: a module for each kind of ask, and `table`, which says who answers it when."""
