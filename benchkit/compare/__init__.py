"""Two runs side by side: which cells became better or worse, and whether a gate may pass."""
