"""What the prefilter says of names of credentials that go nowhere, and of those that may go to a log."""

from __future__ import annotations

import re

import pytest
from growth import is_linear, repeated

from picketlint.credentials.unlogged import may_be_logged
from picketlint.engine import Checks, analyze
from picketlint.prefilter import Look, candidates
from picketlint.registry import load

CHECKS = Checks(frozenset({"PKT404"}))
ENTRIES = [entry for entry in load().entries if entry.id == "PKT404"]
TAIL = "\nprint(x)\nlogger.info('so')\n"

UNLOGGED = [
    "hf_token = get_hf_token()\napi = HfApi(token=hf_token)",
    "def f(self, hf_token: str | None = None, *, api_key=None):\n    self.x = hf_token\n    g(api_key, hf_token)",
    "class A:\n    hub_token: str | None = field(\n        default=None,\n    )\n    api_key: str",
    "if hub_token is not None:\n    push(\n        repo,\n        token=self.args.hub_token,\n        a=1,\n    )",
    "def f(token):\n    token = token if token is not None else self.args.hub_token\n    push(token=token)",
    "def f():\n    connect(\n        hub_token=hub_token,\n    )\n    assert api_key != other",
    "key = args.api_key\nclient = Client(key)\nclient.key = key",
]
LOGGED = [
    "print(api_key)",
    "print(\n    x,\n    api_key,\n)",
    "print(api_key=x)",
    'print(f"{api_key}")',
    'logger.info("%s" % api_key)',
    'logger.info("%s" % (api_key,))',
    "key = api_key\nprint(key)",
    "key = args.api_key\nother = key\nprint(other)",
    "def f():\n    key = None or (api_key)\n    print(key)",
    "def f():\n    key = a if b else (api_key)\n    print(key)",
    "key = first = api_key\nprint(first)",
    "if (key := api_key):\n    print(key)",
    "key = 1; other = api_key\nprint(other)",
    "if a: key = api_key\nprint(key)",
    "key: str = api_key\nprint(key)",
    "key = \\\n    api_key\nprint(key)",
    "key = [\n    api_key,\n]\nprint(key)",
    "key = f(\n    1\n) + api_key\nprint(key)",
    "key = {'a': api_key}\nprint(key)",
    "key = dict(a=api_key)\nprint(key)",
    "print(dict(a=api_key))",
    "print(str(api_key))",
    "print('{}'.format(api_key))",
    "print(api_key.strip())",
    "def f(x=api_key):\n    print(api_key)",
    "x = print(api_key)",
    "x = a or print(api_key)",
    "print \\\n(api_key)",
    "for api_key in load():\n    print(api_key)",
    "print(d['api_key'])",
    "print(d['X-API-Key'])",
    "headers = {'X-API-Key': k}\nprint(headers)",
    "headers = {}\nheaders['Authorization'] = f'Bearer {k}'\nprint(headers)",
    "import os\nkey = os.environ.get('OPENAI_API_KEY')\nprint(key)",
    "print({'password': given})",
    "print(client.api.key)",
    "print(f'''{a:{b}}\nreturn (''', api_key)",
    "print((a\n  @ b), api_key)",
    "print(api_key is None or api_key)",
    "print(x, *api_key)",
    "print" + " " * 50 + "(api_key)",
    "if \\\n a: key = api_key\nprint(key)",
    "with a as b: print(api_key)",
]


def lost(code: str) -> bool:
    """Whether the rule finds something that the prefilter would not let it look for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Look, "may_fire", lambda look, rule: True)
        found = analyze(code.encode(), "a.py", CHECKS).findings
    return analyze(code.encode(), "a.py", CHECKS).findings != found


@pytest.mark.parametrize("code", UNLOGGED)
def test_what_goes_nowhere_is_no_reason_to_parse(code: str) -> None:
    assert candidates(ENTRIES, (code + TAIL).encode()) == ()


def test_nothing_is_lost() -> None:
    codes = [change(code) for code in LOGGED for change in (str, _within, lambda code: code.replace("\n", "\r\n"))]
    assert [code for code in codes if lost(code)] == []
    assert sum(bool(analyze(code.encode(), "a.py", CHECKS).findings) for code in codes) > len(codes) * 0.6


@pytest.mark.parametrize("part", [b"f(api_key)\n", b"api_key, ", b"x = api_key\n", b"(api_key", b"x ,= api_key ,= "])
def test_a_name_in_thousands_of_places_takes_no_longer_than_it_is(part: bytes) -> None:
    def look(data: bytes) -> bool:
        return may_be_logged(data, [found.span() for found in re.finditer(b"api_key", data)])

    assert is_linear(look, repeated(b"", part), 50_000)
    assert is_linear(look, repeated(b"f(api_key", b"f("), 50_000)


def _within(code: str) -> str:
    return "def around():\n" + "".join(f"    {line}\n" for line in code.split("\n"))
