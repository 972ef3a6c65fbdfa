"""How counts read in English."""


def counted(count: int, what: str) -> str:
    """``1 document``, ``1,060 documents``, ``12 boxes``, ``3 entries``."""
    plural = f"{what[:-1]}ies" if what.endswith("ry") else f"{what}es" if what.endswith("x") else f"{what}s"
    return f"{count:,} {what if count == 1 else plural}"
