"""The demo: a small complete state, started and watched over by one supervisor, and checked by one journey.

`declaration` reads what demo/<country>/demo.yaml says, `layout` gives every process its address and its
secrets below the data folder, `configurations` writes each process's own file, `processes` starts and
watches them, `supervisor` puts this in order, `check` walks the journey by HTTP.
No other Saola package is imported here: they are started as processes and met over the wire.
"""
