"""The steps of closing a cash box, as plain functions."""
