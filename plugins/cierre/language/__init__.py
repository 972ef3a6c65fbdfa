"""Spanish and English: the board's pages, tasks' logs and what people are told say the same things in both."""
