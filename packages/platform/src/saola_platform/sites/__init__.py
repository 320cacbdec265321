"""Sites: which of the package's apps one process serves. A site is a configuration, not a program."""
