"""The questions of docs/benchmarks.md, answered on this machine: JSON and a table, never a timed test."""
