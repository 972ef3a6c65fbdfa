"""Telling people: what happened, what is safe to do, and where to look."""
