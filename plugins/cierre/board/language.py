"""The reader's language: as the browser asks for it, or the reader chose it."""

from fastapi import Request

from cierre.language.language import CODES, by_preference
from cierre.language.regional import Regional, speaking

COOKIE = "cierre_language"


def language_of(request: Request) -> Regional:
    """What the reader chose on the pages, else the first language of theirs that the board speaks, else English."""
    wanted = [request.cookies.get(COOKIE, ""), *by_preference(request.headers.get("accept-language", ""))]
    chosen = wanted[0] if wanted[0] in CODES else ""
    spoken = [tag for tag in wanted[1:] if tag.split("-")[0] in ((chosen,) if chosen else CODES)]
    return speaking(spoken[0] if spoken else chosen or "en")
