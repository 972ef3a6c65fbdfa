"""Posting exactly once to an ERP that has no idempotency key."""
