"""Pages and services of the portal: each view reads its input, makes one call, and renders."""
