"""What a step needs once it is at work. No DAG file reads this, so it imports at its tops what it needs."""
