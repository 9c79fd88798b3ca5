"""The benches: the capacity meter, and what is measured with it against the cost contract."""
