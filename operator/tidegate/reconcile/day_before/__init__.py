"""What has all the traffic, against the same time a day before: in the watch a verdict, after it a warning."""
