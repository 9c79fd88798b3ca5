"""The product in a world where anything may fail: one point for every AWS call, faults, interleavings, a model."""
