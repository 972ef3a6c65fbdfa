"""Pages that a vendor gets wrong: rows that are never given, given twice, or passed over."""

PAGE_FAULT = "sandbox.page_fault"
"""In an ASGI scope: what a fault makes of the page that this request asks for."""


def rows_given(offset: int, limit: int, fault: str | None) -> slice:
    """Which of all rows a page holds, that is asked for by offset and limit."""
    match fault:
        case "page_missing":
            return slice(0, 0)
        case "page_repeated":
            offset = max(0, offset - limit)
        case "page_shifted":
            offset += 1
    return slice(offset, offset + limit)
