"""A review of any size, played by the product's own code over a store that counts, on a clock that only calls move.

Nothing is waited for: every AWS call takes the time the model says (`model.py`), and the clock moves by that. So a
review of a million items and fourteen days is played in minutes, and what it would cost, heat and last is counted.
"""
