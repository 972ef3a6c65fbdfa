"""What a bank or a card acquirer says came in: statements and settlement reports, and whether they are whole."""
