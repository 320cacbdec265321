"""The log of signed messages: what passed here, provable for years.

PostgreSQL, partitioned by day. `GroupCommit` makes messages durable before they are answered,
`Stamping` adds time stamps afterwards, `LogReader` finds messages again, and `containers` packs one
as evidence that can be checked without this system.
"""
