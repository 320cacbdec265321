"""The `saola` command, and the supervisor of the demo."""
