"""What Bsale answers where it refuses: its error bodies come in four shapes (field-notes.md)."""

from typing import Any


class Problem(Exception):
    """A refusal: its HTTP status and its body."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(str(body))
        self.status, self.body = status, body

    @classmethod
    def unauthorized(cls) -> "Problem":
        return cls(401, {"error": "Invalid access_token"})

    @classmethod
    def unpaid(cls) -> "Problem":
        return cls(402, {"error": "Instance blocked"})

    @classmethod
    def too_many(cls) -> "Problem":
        return cls(429, {"error": "Too many requests"})

    @classmethod
    def bad_parameter(cls, message: str) -> "Problem":
        return cls(400, {"message": message, "code": 400})

    @classmethod
    def not_found(cls, what: str) -> "Problem":
        return cls(404, {"error": "Resource not found", "details": f"There is no {what}"})

    @classmethod
    def invalid(cls, wrong: dict[str, str]) -> "Problem":
        """Fields of a payment to be created, each with what is wrong with it."""
        return cls(400, {"errors": [{"field": field, "message": message} for field, message in wrong.items()]})
