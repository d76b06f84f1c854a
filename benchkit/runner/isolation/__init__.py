"""Fit groups in worker processes that can be ended from outside: whatever a plugin does there, the run goes on."""
