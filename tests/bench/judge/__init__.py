"""`make bench-judge`: the judge and its peers' rules on the same simulated and recorded traffic."""
