"""`python -m saola_command` is the `saola` command."""

import sys

from saola_command.dispatcher import main

sys.exit(main())
