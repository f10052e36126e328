"""Credentials without their name: what known functions take by its place, and what commands hand to programs."""

import re

import pytest

from picketlint.credentials.names import kind_of
from picketlint.credentials.programs import in_command, in_words
from picketlint.engine import Checks, analyze
from picketlint.knowledge.logins import (
    ATTACHED,
    LOGGING_IN,
    PARAMETERS,
    PASSWORD_METHODS,
    PROGRAMS,
    SEPARATE,
    SIGNATURES,
    WITH_USER,
)
from picketlint.model import Finding

# Put together here, so that no scanner takes this file for a leak.
PASSWORD = "kea7" + "Lorikeet!"
KEY = "9f8Kd02L" + "mQx71Zp4"
PLACES = [
    (name, place)
    for name, signature in SIGNATURES.items()
    for place, parameter in enumerate(signature)
    if kind_of(PARAMETERS.get(parameter, parameter)) is not None
]


def findings(code: str) -> list[Finding]:
    return list(analyze(code.encode(), "app.py", Checks(frozenset({"PKT402"}))).findings)


def arguments(name: str, place: int) -> str:
    return ", ".join(f'"{KEY}"' if at == place else "given" for at in range(len(SIGNATURES[name])))


# -- by place ----------------------------------------------------------------------------------------------------------


def test_every_function_of_the_table_takes_a_credential() -> None:
    assert {name for name, _ in PLACES} == set(SIGNATURES)


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_every_place_is_found(name: str, place: int) -> None:
    (finding,) = findings(f"import {name.partition('.')[0]}\n{name}({arguments(name, place)})")
    assert finding.span.line == 2


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_every_place_is_found_when_the_package_is_imported_from(name: str, place: int) -> None:
    package, _, rest = name.partition(".")
    (finding,) = findings(f"from {package} import {re.split('[.(]', rest)[0]}\n{rest}({arguments(name, place)})")
    assert finding.span.line == 2


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_the_same_of_another_package_is_not(name: str, place: int) -> None:
    package, _, rest = name.partition(".")
    code = f"from mine.{package}_like import {re.split('[.(]', rest)[0]}\n{rest}({arguments(name, place)})"
    assert not findings(code)


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_another_place_is_not(name: str, place: int) -> None:
    others = {at for other, at in PLACES if other == name}
    given = ", ".join("given" if at in others else f'"{KEY}"' for at in range(len(SIGNATURES[name])))
    assert not findings(f"import {name.partition('.')[0]}\n{name}({given}, text)")


@pytest.mark.parametrize(
    "code",
    [
        "client = SSHClient()\nclient.connect(host, 22, user, VALUE)",
        "class A:\n    def __init__(self):\n        self.client = SSHClient()\n\n"
        "    def f(self):\n        self.client.connect(host, 22, user, VALUE)",
        "partial(SSHClient().connect, host, 22)(user, VALUE)",
        'SSHClient().connect(host, **{"password": VALUE})',
        "SSHClient().connect(host, 22, user, VALUE.strip())",
        "open_it = SSHClient().connect\nopen_it(host, 22, user, VALUE)",
        "with SSHClient() as client:\n    client.connect(host, 22, user, VALUE)",
        "async def f():\n    async with make(), SSHClient() as client:\n        client.connect(host, 22, user, VALUE)",
        "opened = SSHClient()\nwith opened as client:\n    client.connect(host, 22, user, VALUE)",
    ],
)
def test_functions_are_found_however_they_are_reached(code: str) -> None:
    head = f'from functools import partial\nfrom paramiko import SSHClient\nVALUE = "{PASSWORD}"\n'
    (finding,) = findings(head + code)
    assert finding.span.line == 3


@pytest.mark.parametrize(
    "code",
    [
        "with SSHClient() as client:\n    client.connect_to(host, 22, user, VALUE)",
        "with SSHClient().opened() as client:\n    client.connect(host, 22, user, VALUE)",
        "with SSHClient() as client:\n    client = other()\n    client.connect(host, 22, user, VALUE)",
        "with other(SSHClient()) as client:\n    client.connect(host, 22, user, VALUE)",
    ],
)
def test_what_a_with_makes_of_something_else_is_not_known(code: str) -> None:
    assert not findings(f'from paramiko import SSHClient\nVALUE = "{PASSWORD}"\n{code}')


@pytest.mark.parametrize("method", sorted(PASSWORD_METHODS))
def test_methods_that_take_nothing_but_a_password(method: str) -> None:
    assert len(findings(f'user.{method}("{PASSWORD}")')) == 1
    assert not findings(f'user.{method}("{PASSWORD}", hashed)')
    assert not findings(f'def {method}(self): ...\nname = "{PASSWORD}"')


# -- in commands -------------------------------------------------------------------------------------------------------

GIVEN = [
    *((program, f"-p{PASSWORD}") for program in ATTACHED),
    *((program, f"{option} {PASSWORD}") for program, options in SEPARATE.items() for option in options),
    *((program, f"login -u me {option} {PASSWORD}") for program, options in LOGGING_IN.items() for option in options),
    *(
        (program, f"{option} me{colon}{PASSWORD}")
        for program, (options, colon) in WITH_USER.items()
        for option in options
    ),
]


def test_every_program_is_tried() -> None:
    assert {program for program, _ in GIVEN} | {"sudo"} == PROGRAMS


@pytest.mark.parametrize(("program", "given"), GIVEN)
@pytest.mark.parametrize("form", ["{} -x {} db", "/usr/bin/{} {}", "cd /x && {} {} | less", "env A=b {} '{}'"])
def test_passwords_in_commands(program: str, given: str, form: str) -> None:
    command = form.format(program, given.replace(" ", "' '") if "'" in form else given)
    assert [found.secret for found in in_command(command)] == [PASSWORD]
    (finding,) = findings(f'run("{command}")')
    assert PASSWORD not in finding.message


@pytest.mark.parametrize(("program", "given"), GIVEN)
def test_passwords_in_commands_word_by_word(program: str, given: str) -> None:
    words = [program, *given.split(), "x"]
    (handed,) = in_words(words)
    assert PASSWORD in words[handed.place]
    (finding,) = findings(f"run({words})")
    assert finding.span.line == 1


@pytest.mark.parametrize(
    "command",
    [
        "mysql -u app -p shop", "mysql -P3306 -p", "mysql -p$PW shop", "mysql -p${PW}", "mysql -p{pw} shop",
        "mysql -p%s", "mysql -ppassword", "sshpass -e ssh host", "sshpass -f pw.txt ssh host",
        f"ssh -p {PASSWORD} host",
        f"docker run -p {PASSWORD} image", "curl -u app: https://host", "curl -u $USER:$PW https://host",
        "curl -u user:password https://host", f"curl https://host | head -u app:{PASSWORD}", "echo $PW | sudo -S ls",
        f"echo {PASSWORD} | tee file", f"echo {PASSWORD} | sudo ls", f"print {PASSWORD} | sudo -S ls", "sudo -S ls",
        "mysql", "redis-cli -a",
        "docker login -u AWS -p $(aws ecr get-login-password)", "docker login -u me -p `get-it2`",
        f"mysqlx -p{PASSWORD}", f"my sql -p{PASSWORD}",
    ],
)  # fmt: skip
def test_commands_without_passwords(command: str) -> None:
    assert not list(in_command(command))
    assert not findings(f"run({command!r})\nrun({command.split()!r})")


def test_a_password_for_sudo() -> None:
    assert [found.secret for found in in_command(f"echo {PASSWORD} | sudo -S reboot")] == [PASSWORD]


@pytest.mark.parametrize("option", ["--password", "--db-password", "--api-key", "--hf-token"])
def test_options_by_name(option: str) -> None:
    assert [found.place for found in in_words(["serve", option, KEY])] == [2]
    assert len(findings(f'run(["serve", "{option}", "{KEY}"])\nrun("serve {option}={KEY} -x")')) == 2
    assert not findings(f'run(["serve", "{option}-file", "{KEY}"])\nrun(["serve", "{option}", "-x"])')
