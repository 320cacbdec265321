"""What other apps may call: nothing. The back office is a face; the rules are in `saola_platform.cases.api`."""
