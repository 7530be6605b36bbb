"""What the cluster says of a Release, read from the stores into the values of a snapshot."""
