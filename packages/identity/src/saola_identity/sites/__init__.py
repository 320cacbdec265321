"""Identity as a site: settings, addresses, the frame of its pages, and what is prepared before it runs."""
