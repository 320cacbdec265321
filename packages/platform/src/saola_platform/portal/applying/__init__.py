"""From the first question to the signed container: drafts, prefilling, forms, papers, signing."""
