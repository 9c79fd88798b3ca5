"""Access Reviews. What is deployed: this folder and app.py."""

import gc

from chalicelib import methods

# A cold start makes 200,000 objects that stay. To look among them for garbage 300 times is a fifth of it.
gc.set_threshold(50_000, 20, 20)
methods.install()
