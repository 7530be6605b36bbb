"""How a query becomes a sample. Pure: requests and answers as values."""
