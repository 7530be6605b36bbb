"""What a decision does to the cluster: one write each, of the fields that are ours."""
