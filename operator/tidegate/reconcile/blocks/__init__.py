"""What stands in the way of a Release, in words that name the field and the remedy."""
