"""Files people send and receive: checked by content, kept once under their digest, handed out to their owner only."""
