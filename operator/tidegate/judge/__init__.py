"""What the numbers mean. Pure.

`ErrorJudge` weighs blocks of counts, `rule` says what they mean, `together` joins objectives. `LatencyComparison`,
`RequestShare` and `Ceiling` are tests of their own, `Watch` and `Cusum` those against the day before; `spread` sets
their rules from stable's hour; `plan_seconds` says how long they need. `verdict` is the bound on single numbers that a
`query` has.
"""
