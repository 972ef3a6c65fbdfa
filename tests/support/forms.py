"""What a person does on the board's pages without a browser: follows a link, and sends a form as it stands."""

import html
import re

OWN = {"Origin": "http://testserver"}
"""What a browser says of a form of the board's own page."""


def link_of(page: str, text: str) -> str:
    """The address behind a link or an action with a text."""
    found = re.search(rf'<a [^>]*href="([^"]+)"[^>]*>(?:(?!</a>).)*{re.escape(text)}', page)
    assert found, text
    return html.unescape(found[1]).removeprefix("/cierre")


def form_of(page: str) -> dict[str, str]:
    """What the page's form that is posted would send without a button; nothing, where it has none."""
    form = page[page.index('method="post"') :] if 'method="post"' in page else "</form>"
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")])
    return {name: html.unescape(value) for name, value in fields}


def fields_of(page: str) -> dict[str, str]:
    """What the form with fields that people fill in would send as it stands."""
    assert 'class="fields"' in page, page
    form = page[page.index('class="fields"') :]
    form = form[: form.index("</form>")]
    said = dict(re.findall(r'<input (?:type="hidden" )?name="([^"]+)" value="([^"]*)"', form))
    for name, choice in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', choice)
        said[name] = chosen[1] if chosen else ""
    return {name: html.unescape(value) for name, value in said.items()}


def objections(page: str) -> list[str]:
    """What the page says against what was filled in."""
    alarm = re.search(r'<section class="alarm".*?</section>', page, re.DOTALL)
    return [html.unescape(one) for one in re.findall(r"<li>(.*?)</li>", alarm[0])] if alarm else []


def decide(client, address: str, decision: str = "accepted", **more: str):
    """A person's decision on a proposal, sent as its page would send it."""
    given = {"sha256": "0" * 64, **form_of(client.get(address).text), "decision": decision, **more}
    return client.post(address, data=given, headers=OWN)


def address_of(saved) -> str:
    """Where a proposal is that was just made."""
    assert saved.status_code == 303, saved.text
    return saved.headers["location"].removeprefix("/cierre")
