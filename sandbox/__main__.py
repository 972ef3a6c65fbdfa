"""``python -m sandbox``: the vendors' stand-ins on one port."""

import os
from argparse import ArgumentParser
from pathlib import Path

from sandbox.server import LOOPBACK, serve
from sandbox.vendor import Options


def main() -> None:
    defaults = Options()
    parser = ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, default=8800, help="0 for any free one")
    parser.add_argument("--state", default=":memory:", help="SQLite file that outlives the process, or :memory:")
    parser.add_argument("--chart-dir", type=Path, default=defaults.chart_dir, help="chart of accounts and cost centres")
    parser.add_argument("--seed", default=defaults.seed, help="another seed makes other days")
    parser.add_argument("--no-business-hours", action="store_true", help="Zeta may be queried at noon, too")
    arguments = parser.parse_args()
    password = os.environ.get("CIERRE_SANDBOX_PASSWORD", defaults.password)
    options = Options(
        seed=arguments.seed,
        chart_dir=arguments.chart_dir,
        password=password,
        business_hours=not arguments.no_business_hours,
    )
    serve(arguments.host, arguments.port, arguments.state, options)


if __name__ == "__main__":
    main()
