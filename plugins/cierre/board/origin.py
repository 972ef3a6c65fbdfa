"""That a request which changes something was made by a page of the board, and not by another site's."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request

from cierre.board.address import parts_of


def same_origin(request: Request) -> None:
    """Raises 403 for a request that another site's page sent, or of which the browser does not say whose page it was.

    Airflow's cookie is not sent along by other sites' forms either (SameSite=Lax): this holds where it would be.
    """
    site = request.headers.get("sec-fetch-site")
    origin = parts_of(request.headers.get("origin", ""))
    known = {request.headers.get("host", ""), request.headers.get("x-forwarded-host", "")} - {""}
    if site not in (None, "same-origin") or origin is None or origin.netloc not in known:
        raise HTTPException(403, "This was not sent from a page of the board. Nothing was changed.")


SameOrigin = Annotated[None, Depends(same_origin)]
