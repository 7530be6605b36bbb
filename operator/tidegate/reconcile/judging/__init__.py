"""From samples and answers to verdicts: what is counted and asked while a candidate has traffic."""
