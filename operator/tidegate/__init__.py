"""Tidegate: progressive delivery for Kubernetes.

A user declares a `Release`; Tidegate prepares the new revision, moves traffic to it in steps,
judges every step on evidence, and promotes it or puts everything back.

One turn goes down once and up once: `watch` marks a release dirty, `reconcile` observes it,
`decision` chooses, `reconcile` acts through `clients` and records. `api` is what users declare;
`judge`, `routers`, `workloads` and `metrics` are pure translators. `handlers` is the shell.
"""

__version__ = "0.1.0"
