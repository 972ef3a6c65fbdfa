"""The students who pay at the cash boxes, and where they live."""

from random import Random

SURNAMES = ["VERA", "CEDENO", "ZAMBRANO", "MORALES", "TORRES", "SANCHEZ", "CASTRO", "VILLAMAR", "ALVARADO", "QUIMI"]
GIVEN_NAMES = ["CARLOS", "ANDREA", "LUIS", "KARLA", "DIEGO", "PAOLA", "JORGE", "DAYANA", "KEVIN", "GENESIS"]
ACCENTED_SURNAMES = ["MUÑOZ", "PEÑAFIEL", "GARCÍA", "LEÓN", "ORDÓÑEZ", "AGÜERO", "CÓRDOVA", "YÁNEZ"]
ACCENTED_GIVEN_NAMES = ["JOSÉ ANDRÉS", "MARÍA BELÉN", "ÁNGEL", "RENÉ", "SOFÍA", "MÓNICA", "NICOLÁS", "BEGOÑA"]
APOSTROPHES = ["D'AMBROSIO O'HIGGINS FIORELLA", "DELL'ORTO VERA GINO", "N'DIAYE ZAMBRANO AMINATA"]
LONG_NAME = "DE LA TORRE Y FERNÁNDEZ DE CÓRDOVA MONTÚFAR ALTAMIRANO MARÍA DE LOS ÁNGELES GUADALUPE DEL ROCÍO ESPERANZA"

STREETS = ["VÍCTOR MANUEL RENDÓN 236", "AV. 9 DE OCTUBRE Y PEDRO CARBO", "CDLA. GUAYACANES MZ. 14 V. 3", "LA ALBORADA"]
LONG_STREET = 'COOP. "UNIÓN DE BANANEROS" BLOQUE 4, MZ. 1127, SOLAR 8, DETRÁS DE LA IGLESIA DE SAN JOSÉ OBRERO, ' * 2


def full_name(rng: Random, *, accents: bool) -> str:
    """Both surnames and the given names, as the school writes them."""
    surnames = SURNAMES + ACCENTED_SURNAMES * accents
    given_names = GIVEN_NAMES + ACCENTED_GIVEN_NAMES * accents
    return f"{rng.choice(surnames)} {rng.choice(surnames)} {rng.choice(given_names)}"


def cedula(rng: Random) -> str:
    """An identity number: ten digits that begin with a province."""
    return f"{rng.randint(1, 24):02d}{rng.randrange(10**8):08d}"


def telephone(rng: Random) -> str:
    return f"09{rng.randrange(10**8):08d}"
