"""The portal: where people find, fill in, sign and follow services."""
