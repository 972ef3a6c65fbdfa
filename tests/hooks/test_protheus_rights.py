"""Whether a login may post: what the site says of its rights, and what the Test button makes of it."""

import pytest

from cierre.ports.errors import FatalError, RetriableError
from hooks.protheus.hook import ProtheusHook

TENANT = "T1,D MG 01 "


@pytest.fixture
def hook(vendor, connection) -> ProtheusHook:
    return ProtheusHook(connection("protheus", vendor.url, login="cierre", password="secret"))


@pytest.fixture
def site(sandbox, connection) -> ProtheusHook:
    return ProtheusHook(connection("protheus", f"{sandbox.url}/protheus", login="cierre", password="sandbox"))


@pytest.mark.parametrize("access", [True, False])
def test_the_framework_is_asked_for_the_routine_of_entries_in_the_tenant(hook, vendor, access):
    vendor.answers({"access": access, "message": ""})
    assert hook.may_post(TENANT) is access
    (asked,) = vendor.asked
    assert (asked.method, asked.path) == (
        "GET", "/api/framework/v1/accessPrivilegesServices/functionAccess/CTBA102",
    )  # fmt: skip
    assert asked.headers["tenantId"].strip() == TENANT.strip()


@pytest.mark.parametrize("status", [400, 403, 404, 405, 501])
def test_a_site_that_does_not_know_the_route_leaves_it_unknown(hook, vendor, reply, status):
    vendor.answers(reply('{"code": 404, "message": "Not Found"}', status=status))
    assert hook.may_post() is None


@pytest.mark.parametrize("body", ["", "[]", "<html>", '{"access": "true"}', '{"message": ""}', "null"])
def test_an_answer_that_says_neither_yes_nor_no_is_believed_neither_way(hook, vendor, reply, body):
    vendor.answers(reply(body))
    with pytest.raises(RetriableError):
        hook.may_post()


def test_a_refused_login_is_told_as_that(hook, vendor, reply):
    vendor.answers(reply("{}", status=401))
    with pytest.raises(FatalError, match="the login is refused"):
        hook.may_post()


def test_the_test_button_says_that_the_login_may_post(site):
    works, sentence = site.test_connection()
    assert works
    assert "may run CTBA102" in sentence


def test_the_test_button_fails_where_the_login_may_not_post(sandbox, site):
    sandbox.set_protheus(may_post=False)
    works, sentence = site.test_connection()
    assert not works
    assert "lacks the right to CTBA102" in sentence


def test_the_test_button_says_that_it_is_unknown_where_the_site_does_not_tell(sandbox, site):
    sandbox.set_protheus(tells_rights=False)
    works, sentence = site.test_connection()
    assert works
    assert "does not tell whether it may post" in sentence


def test_the_test_button_still_tells_of_the_login_where_the_answer_on_rights_is_none(hook, vendor, reply):
    vendor.answers(reply('{"code": 405}', status=405), reply("<html>", status=502))
    works, sentence = hook.test_connection()
    assert works
    assert "does not refuse the login" in sentence
    assert "could not be told" in sentence
