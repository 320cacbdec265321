"""From the signed container on: handing over, receipts, events, completions, results."""
