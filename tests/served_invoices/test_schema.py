"""Whatever the interface's OpenAPI allows is answered as it says: schemathesis asks for it."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from cierre.served_invoices.app import app
from support.board_routes import sge_addresses
from support.served_invoices import book
from support.sge_documents import collection, sale

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
    ignored_auth,
]
EXAMPLES = 12
"""Of each address: enough to meet every kind of parameter; `make unit EXAMPLES=…` tries the parser itself with more."""


def test_every_address_answers_as_the_openapi_describes_it(address, key, ledger, box, rules):
    sold = sale("J2024/01", date(2024, 2, 5), "100.00")
    book(ledger, box, [sold, collection(sold, date(2024, 2, 5), "121.00")])
    rules(sgi_project={"otherwise": "11"}, planned={"otherwise": "1"})
    asked: dict[str, set[int]] = {}
    for found in openapi.from_dict(app.openapi()).get_all_operations():
        operation = found.ok()

        @given(operation.as_strategy())
        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
        def is_as_described(case):
            answer = case.call(base_url=address, headers=key, timeout=30)
            asked.setdefault(case.path, set()).add(answer.status_code)
            case.validate_response(answer, checks=CHECKS, headers=key)

        is_as_described()
    assert sorted(path.format(id="1") for path in asked) == sge_addresses()
    assert all(statuses <= {200, 204, 400, 404} for statuses in asked.values())
    assert 200 in asked["/facturas-emitidas"]
