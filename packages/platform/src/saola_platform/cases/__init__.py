"""From an application to a decision. Other apps import only `saola_platform.cases.api`."""
