"""What a build does in each of its steps. Their order is in `build.py`."""
