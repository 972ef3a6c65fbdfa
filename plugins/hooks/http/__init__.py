"""What all vendors' hooks share: one pooled session, timeouts, retries of reads alone, outcomes as errors."""
