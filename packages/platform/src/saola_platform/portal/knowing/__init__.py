"""Who used my data: asked of every register, merged, with the proof behind each line."""
