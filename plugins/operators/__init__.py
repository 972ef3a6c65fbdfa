"""One step of a box's day, one operator."""
