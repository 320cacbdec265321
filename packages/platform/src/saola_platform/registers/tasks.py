"""Background work of the registers: there is none, because every write is finished before it is answered."""
