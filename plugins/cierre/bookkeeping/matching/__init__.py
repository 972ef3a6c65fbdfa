"""What was booked beside what arrived: which belongs to which, where only one answer is possible; pure."""
