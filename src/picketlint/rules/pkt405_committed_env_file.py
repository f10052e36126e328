"""File of environment variables, with values, that git tracks.

## What it does
Reports `.env`, `.env.local`, `production.env` and the like if git tracks them and a variable has a value that is not
encrypted. The value is never shown; where one has the shape of a known provider's, severity is high. In a file to copy
(`.env.example`, `.env.template`, `sample.env`) only a credential of such a shape is reported (see PKT401). Only
picketlint's own command line and its pre-commit hook `picketlint-env` look at such files: flake8 and Bandit read Python
alone.

## Why is this bad?
These files are where credentials are kept out of the code. What is committed once stays in the history of every clone,
also after it was deleted, and repositories are searched for exactly these names.

## Instead
Take the file out of git and keep it out; commit one that only names the variables:

    git rm --cached .env
    echo .env >> .gitignore

Replace every credential that was in it, for it has to be taken as known.

## References
- [CWE-538: Insertion of Sensitive Information into Externally-Accessible File or Directory](https://cwe.mitre.org/data/definitions/538.html)
- [GitHub: removing sensitive data from a repository](https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/removing-sensitive-data-from-a-repository)
"""

from __future__ import annotations

from collections.abc import Iterator

from picketlint.rule import Dotenv, Hit, Rule, Severity, Span, bad, good, on_dotenv, provider_of, sample

MOST_NAMES = 3


class CommittedEnvFile(Rule):
    id = "PKT405"
    name = "committed-env-file"
    since = "0.1"
    severity = Severity.MEDIUM
    cwe = 538
    policy = "API Keys and Credentials"
    triggers = (b"=",)
    documentable = False
    examples = (
        bad("HF_HOME=/data/models\nBATCH_SIZE=32\n", at="1:1", path=".env"),
        bad("# database\nexport DB_HOST=10.0.0.7\n", at="2:1", path=".env.production"),
        bad('A=\nB="x y"  # used by the trainer\n', at="2:1", path="deploy/training.env"),
        bad(f"BATCH_SIZE=32\nHF_TOKEN={sample('hf_')}\n", at="2:1", path=".env.example", why="no placeholder"),
        good("OPENAI_API_KEY=\nWANDB_API_KEY=''\n", path=".env", why="no value"),
        good("BATCH_SIZE=32\nOPENAI_API_KEY=your-key-here\n", path=".env.example", why="a file to copy"),
        good("HF_TOKEN=${TOKEN_OF_THE_RUNNER}\n", path="ci.env", why="the value comes from elsewhere"),
        good('DOTENV_PUBLIC_KEY="03a1"\nHF_TOKEN="encrypted:BDqDBibm4wsYqMpCjTQ6"\n', path=".env", why="encrypted"),
        good("HF_TOKEN=ENC[AES256_GCM,data:Tr7o,iv:1=,tag:k=,type:str]\nsops_version=3.9.0\n", path=".env"),
        good('DOTENV_VAULT_PRODUCTION="s7NYXa809k/bVSPwIAmJhPJmEGTtU0hG58hOZy7I0ix6y5HP"\n', path=".env.vault"),
    )

    @on_dotenv()
    def check(self, dotenv: Dotenv) -> Iterator[Hit]:
        tokens = [variable for variable in dotenv.variables if provider_of(variable.value, variable.name)]
        told = tokens if dotenv.template else dotenv.variables
        if not told:
            return
        names = list(dict.fromkeys(f"`{variable.name}`" for variable in told))
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        first = told[0]
        message = (
            f"git tracks this file with values for {', '.join(names[:MOST_NAMES])}{more}; `git rm --cached` it, add "
            f"the line `{dotenv.name}` to .gitignore, and revoke every credential in it"
        )
        if dotenv.template:
            message = (
                f"This template has a working credential for {', '.join(names[:MOST_NAMES])}{more}; leave the "
                f"value empty, and revoke the credential"
            )
        severity = Severity.HIGH if tokens else None
        yield self.at(Span(first.line, 1, first.line, first.column), message, severity=severity)
