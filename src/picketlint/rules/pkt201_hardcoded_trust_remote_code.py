"""Remote code trusted on every user's behalf.

## What it does
Reports `trust_remote_code` if it can only be true:

- as a keyword of any call, an entry of a dict (also spelled `trust-remote-code`, as in a server's settings), an
  attribute, the fallback of `get`, `pop`, `setdefault` or `getattr`, and the default of a parameter, a field or a
  command-line option;
- as `HF_DATASETS_TRUST_REMOTE_CODE` in `datasets.config`, in the environment, and in that of a command as in PKT107;
- among the arguments of a program: a list such as `["vllm", "serve", model, "--trust-remote-code"]`, the option
  appended to one without a test, the same in a text that a shell reads or that is split into words, and
  `trust_remote_code=True` in the `model_args` of the evaluation harness. A list of nothing but options is not reported,
  because it may be a list of their names; nor is a text that is printed.

Confidence is medium if the flag may be true. What somebody chose is fine: a parameter or an option that is passed on
and is `False` by default, and a literal under a test of the flag itself, or of one that says trust (`if args.trust:`),
where no line in sight makes that true.

## Why is this bad?
The flag runs the Python files that come with a model or data set. Whoever can write to that repository, or to one of
its dependencies, runs code on every machine that loads it.

## Instead
Take `trust_remote_code` as a parameter or an option with `False` as the default, and hand it on.

## Documented exception
Say beside the argument why the model's own code is needed and why its source can be trusted: whose it is, and which
revision is pinned.

## References
- [Custom models in Transformers](https://huggingface.co/docs/transformers/custom_models)
- [CWE-829](https://cwe.mitre.org/data/definitions/829.html)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from picketlint.knowledge import remote_code as known
from picketlint.rule import (
    Argument,
    Call,
    Candidate,
    Confidence,
    Default,
    Exported,
    Flag,
    Hit,
    Judgement,
    Module,
    Rule,
    Severity,
    State,
    Verdict,
    bad,
    called,
    enabled,
    good,
    imported,
    on,
    on_call,
    on_callee,
    on_default,
    on_exported,
    on_keyword,
    switched_on,
    turned,
)

FLAG = known.FLAG
ON = Flag(FLAG, enabled)
_SEVERAL = (ast.Tuple, ast.List)


class HardcodedTrustRemoteCode(Rule):
    """`trust_remote_code=True`."""

    id = "PKT201"
    name = "hardcoded-trust-remote-code"
    since = "0.1"
    severity = Severity.HIGH
    confidence = Confidence.HIGH
    cwe = 829
    policy = "Loading transformers models with trust_remote_code"
    triggers = (
        *turned(FLAG, on=True),
        (FLAG, known.MODEL_ARGUMENTS, rf"{FLAG}=(?<!`{FLAG}=)(?:[Tt]rue|1|[\"'{{%\\])"),
        known.VARIABLE.encode(),
        *imported(known.DYNAMIC_MODULES, *known.DYNAMIC_IMPORTERS),
    )
    examples = (
        bad("AutoModel.from_pretrained(name, trust_remote_code=True)", at="1:1"),
        bad("model = load(\n    name,\n    trust_remote_code=True,\n)", at="1:9", why="any callee"),
        bad("TRUST = True\nload(name, trust_remote_code=TRUST)", at="2:1"),
        bad("load(name, trust_remote_code=True if custom else False)", at="1:1", confidence=Confidence.MEDIUM),
        bad(
            "trust = False\nif custom:\n    trust = True\nload(name, trust_remote_code=trust)",
            at="4:1",
            confidence=Confidence.MEDIUM,
        ),
        bad(
            "from functools import partial\nload = partial(AutoModel.from_pretrained, trust_remote_code=True)", at="2:8"
        ),
        bad("kwargs = {'trust_remote_code': True}\nload(name, **kwargs)", at="1:11", why="once, at the entry"),
        bad("load(name, **{'trust_remote_code': True})", at="1:15"),
        bad("CONFIG = {'trust-remote-code': True, 'max-model-len': 16384}", at="1:11", why="settings of a server"),
        bad("kwargs = dict(trust_remote_code=True)\nload(name, **kwargs)", at="1:10"),
        bad("kw = {'trust_remote_code': True}\nload(m, trust_remote_code=kw['trust_remote_code'])", at="1:7"),
        bad("kwargs['trust_remote_code'] = True", at="1:1"),
        bad("kwargs.update([('trust_remote_code', True)])", at="1:17"),
        bad("kwargs = dict.fromkeys(['trust_remote_code'], True)", at="1:25"),
        bad("a, kwargs['trust_remote_code'] = 1, True", at="1:1"),
        *(bad(code, why="the value is read, or may be") for code in known.TABLES_OF_OPTIONS),
        bad("Options = namedtuple('Options', ['name', 'trust_remote_code'], defaults=[True])", at="1:11"),
        *(good(code, why="only the keys are asked for") for code in known.NAMES_OF_OPTIONS),
        good("a, kwargs['trust_remote_code'] = True, False\nb = dict([('trust_remote_code', trust)])"),
        good("Options = namedtuple('Options', ['trust_remote_code', 'fast'], defaults=[True])", why="the last has it"),
        bad("config.trust_remote_code = True", at="1:1"),
        bad("setattr(config, 'trust_remote_code', True)", at="1:1"),
        bad("kwargs.setdefault('trust_remote_code', True)", at="1:1"),
        bad("load(name, trust_remote_code=kwargs.pop('trust_remote_code', True))", at="1:30"),
        bad("trust = getattr(args, 'trust_remote_code', True)\nload(name, trust_remote_code=trust)", at="1:9"),
        bad(
            "class A:\n    def __init__(self):\n        self.trust_remote_code = True\n    def f(self):\n"
            "        load(name, trust_remote_code=self.trust_remote_code)",
            at="3:9",
        ),
        bad("def load(name, trust_remote_code=True):\n    go(name, trust_remote_code=trust_remote_code)", at="1:16"),
        bad("load = lambda name, trust_remote_code=True: None", at="1:21"),
        bad("def load(name, *, trust: bool = True):\n    go(name, trust_remote_code=trust)", at="1:19"),
        bad(
            "from dataclasses import dataclass, field\n@dataclass\nclass ModelArguments:\n"
            "    trust_remote_code: bool = field(default=True, metadata={'help': 'Run remote code.'})",
            at="4:5",
            why="HfArgumentParser makes an option of it",
        ),
        bad("class A(BaseModel):\n    trust_remote_code: bool = Field(True, description='')", at="2:5"),
        bad("@dataclass\nclass A:\n    trust_remote_code: bool = field(default_factory=lambda: True)", at="3:5"),
        bad(
            "class A(Base):\n    trust_remote_code = True\n    def f(self):\n"
            "        load(name, trust_remote_code=self.trust_remote_code)",
            at="2:5",
        ),
        *(bad(code, at="1:1") for code in known.ON_UNLESS_TOLD),
        bad(
            "@click.option('--trust-remote-code/--no-trust-remote-code', default=True)\ndef main(**kwargs): ...",
            at="1:2",
        ),
        bad("def main(trust_remote_code: bool = typer.Option(True, '--trust-remote-code')): ...", at="1:10"),
        bad("def main(trust_remote_code: Annotated[bool, typer.Option()] = True): ...", at="1:10"),
        bad("def main(trust: bool = typer.Option(True, '--trust-remote-code')): ...", at="1:24"),
        bad("flags.DEFINE_bool('trust_remote_code', True, 'Run remote code.')", at="1:1"),
        bad("import os\nos.environ['HF_DATASETS_TRUST_REMOTE_CODE'] = '1'", at="2:1"),
        bad("import os\nos.environ.setdefault('HF_DATASETS_TRUST_REMOTE_CODE', 'true')", at="2:1"),
        bad("run(command, env={**os.environ, 'HF_DATASETS_TRUST_REMOTE_CODE': '1'})", at="1:33"),
        bad("import os\nos.system('HF_DATASETS_TRUST_REMOTE_CODE=1 python train.py')", at="2:1"),
        bad("import datasets\ndatasets.config.HF_DATASETS_TRUST_REMOTE_CODE = True", at="2:1"),
        good(
            "def load(name, trust_remote_code: bool = False):\n    go(name, trust_remote_code=trust_remote_code)",
            why="the caller decides, and the default is safe",
        ),
        good("load(name, trust_remote_code=args.trust_remote_code)"),
        good("load(name, trust_remote_code=False)\nkwargs['trust_remote_code'] = False"),
        good("if args.trust_remote_code:\n    kwargs['trust_remote_code'] = True", why="under a test of the same flag"),
        good("kwargs = {'trust_remote_code': True} if self.trust_remote_code else {}"),
        good("if not args.trust_remote_code:\n    raise SystemExit\nload(name, trust_remote_code=True)"),
        *(good(code, why="the caller's choice, spelt as a branch") for code in known.SPELT_AS_BRANCHES),
        *(bad(code, why="nobody was asked") for code in known.NOBODYS_CHOICE),
        good("trust = kwargs.pop('trust_remote_code', False)\nload(name, trust_remote_code=trust)"),
        good(
            "ALLOW_ALL = False\ndef allow_all():\n    global ALLOW_ALL\n    ALLOW_ALL = True\n"
            "def go():\n    load(name, trust_remote_code=ALLOW_ALL)",
            why="a switch that is off until somebody calls for it",
        ),
        bad(
            "def build(name, remote=False):\n    return Model.from_pretrained(name, trust_remote_code=remote)\n"
            "build('a/b', True)",
            at="3:1",
            why="a function of the module hands the flag on",
        ),
        bad(
            "from transformers.dynamic_module_utils import get_class_from_dynamic_module\n"
            "get_class_from_dynamic_module(reference, name)",
            at="2:1",
            confidence=Confidence.MEDIUM,
            why="imports the repository's code, and nobody was asked",
        ),
        good(
            "from transformers.dynamic_module_utils import get_class_from_dynamic_module as get\n"
            "def build(reference, name, trust_remote_code=False):\n"
            "    if resolve_trust_remote_code(trust_remote_code, name):\n        return get(reference, name)"
        ),
        good(
            "import transformers.dynamic_module_utils as utils\noriginal = utils.get_class_in_module\n"
            "def patched(*args, **kwargs):\n    return mend(original(*args, **kwargs))\n"
            "utils.get_class_in_module = patched",
            why="whoever calls what it replaces was asked",
        ),
        good("kwargs.pop('trust_remote_code', True)", why="thrown away"),
        good("if config.get('trust_remote_code') is True or config == {'trust_remote_code': True}:\n    warn()"),
        good("parser.add_argument('--trust-remote-code', action='store_true')"),
        good(
            "parser.add_argument('--trust', dest='trust_remote_code', action='store_true')\n"
            "parser.add_argument('--no-trust', dest='trust_remote_code', action='store_false')",
            why="of two options for one name the first gives the default",
        ),
        good(
            "parser.add_argument('--no-trust', dest='trust_remote_code', action='store_false')\n"
            "parser.set_defaults(trust_remote_code=False)"
        ),
        good("if not args.trust_remote_code:\n    parser.error('no')\nload(name, trust_remote_code=True)"),
        good("class A:\n    trust_remote_code: bool = field(default=False)\n    other: bool = field(default=True)"),
        good("TYPES = {'trust_remote_code': bool}\nHELP = {'trust_remote_code': 'Run remote code.'}"),
        good("import os\nos.environ['HF_DATASETS_TRUST_REMOTE_CODE'] = '0'"),
        bad('subprocess.run(["vllm", "serve", model, "--trust-remote-code"])', at="1:16"),
        bad('ARGS = ["--tp", "8", "--trust-remote-code"]\nlaunch(model, ARGS)', at="1:8"),
        bad('command = [sys.executable, "-m", "sglang.launch_server", "--trust-remote-code"]', at="1:11"),
        bad('command.append("--trust-remote-code")', at="1:1", confidence=Confidence.MEDIUM),
        bad('command += ["--trust-remote-code"]', at="1:12", confidence=Confidence.MEDIUM),
        bad('args.extend(["--port", port, "--trust-remote-code"])', at="1:13"),
        bad('command = f"vllm serve {model} --trust-remote-code".split()', at="1:11"),
        bad('import shlex\nrun(shlex.split("vllm serve m --trust-remote-code"))', at="2:5"),
        bad('import os\nos.system(f"vllm serve {model} --trust-remote-code &")', at="2:1"),
        bad(
            'run(["bash", "-c", f"cd x && vllm serve {m} --trust-remote-code"])', at="1:5", confidence=Confidence.MEDIUM
        ),
        bad('command += " --port 80 --trust-remote-code"', at="1:1", confidence=Confidence.MEDIUM),
        bad('evaluate(model="hf", model_args=f"pretrained={m},trust_remote_code=True")', at="1:1"),
        bad('run(["lm_eval", "--model_args", f"pretrained={m},trust_remote_code=True"])', at="1:5"),
        good('import os\nif args.trust_remote_code:\n    os.system(f"vllm serve {m} --trust-remote-code")'),
        good('import os\nos.system("echo try --trust-remote-code")\nos.system(f"x --trust_remote_code {args.trust}")'),
        good('message += "Pass --trust-remote-code."\nif trust:\n    command += " --trust-remote-code"'),
        good('evaluate(model_args=f"pretrained={m},trust_remote_code={args.trust_remote_code}")'),
        good('if args.trust_remote_code:\n    command.append("--trust-remote-code")'),
        good('if custom:\n    command += ["--trust-remote-code"]', why="under a test"),
        good('command = ["vllm", "serve", model, *(["--trust-remote-code"] if trust else [])]'),
        good('OPTIONS = ["--revision", "--trust-remote-code"]', why="names of options"),
        good('if option in ["run", "--trust-remote-code"]:\n    warn(option)'),
        good('command = ["vllm", "serve", model, "--trust-remote-code", "false"]'),
        good('parser.add_argument(*["-t", "--trust-remote-code"], action="store_true")'),
        good("mock.assert_called_once_with(name, trust_remote_code=True)", why="a comparison"),
        good('"""Pass trust_remote_code=True."""\nprint("--trust-remote-code")'),
    )

    @on_keyword(*known.FLAGS)
    def keyword(self, keyword: ast.keyword, module: Module) -> Iterator[Hit]:
        """A keyword of any call."""
        call = module.tree.parent(keyword)
        if not isinstance(call, ast.Call) or _asserts(call):
            return
        own = _judge(keyword.value, keyword, module)
        given = Argument(State.GIVEN, (Candidate(keyword.value, keyword),))
        judgements = [*module.judge_callers(given, ON)] if own is None else [own, *module.judge_callers(given, ON)]
        for judgement in judgements:
            if module.names(call.func).certain == "builtins.dict" and module.gives_keys(call):
                return
            yield self._report(call, judgement, f"`{called(call)}` {judgement.describe(str(keyword.arg), 'True')}")

    @on(ast.Dict)
    def entry(self, node: ast.Dict, module: Module) -> Iterator[Hit]:
        """An entry of a dict, wherever it goes from there."""
        parent = module.tree.parent(node)
        if isinstance(parent, ast.Compare) or (isinstance(parent, ast.Call) and _asserts(parent)):
            return
        for key, value in zip(node.keys, node.values, strict=True):
            flag = None if key is None else _flag(key, module)
            if key is not None and flag and not module.gives_keys(node):
                yield from self._bound(key, flag, value, module, entry="The dict entry ")

    @on(ast.Assign, ast.AnnAssign)
    def assignment(self, node: ast.Assign | ast.AnnAssign, module: Module) -> Iterator[Hit]:
        """An assignment to an attribute or a key; names are followed to their use instead."""
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target, value in (pair for whole in targets for pair in _paired(whole, node.value)):
            flag = None
            if isinstance(target, ast.Attribute):
                flag = target.attr if target.attr in known.FLAGS else None
            elif isinstance(target, ast.Subscript):
                flag = _flag(target.slice, module)
            if value is not None:
                yield from self._bound(node, flag, value, module, place=" here")

    @on_callee(*known.PAIRED)
    def pairs(self, call: ast.Call, module: Module) -> Iterator[Hit]:
        """The entries of a mapping as pairs, or as keys with one value: ``dict([(key, value)])``, ``fromkeys``."""
        given = _elements(call.args[0]) if call.args else []
        if called(call).endswith("fromkeys"):
            pairs = [(key, value) for key in given for value in call.args[1:2]]
        else:
            pairs = [(pair[0], pair[1]) for pair in map(_elements, given) if len(pair) == len(("key", "value"))]
        for key, value in pairs:
            yield from self._bound(key, _flag(key, module), value, module, entry="The entry ")

    def _bound(
        self, anchor: ast.AST, flag: str | None, value: ast.expr, module: Module, *, entry: str = "", place: str = ""
    ) -> Iterator[Hit]:
        """A value that code binds to a flag; what else decides it, a field for one, is not called an ``entry``."""
        judgement = _judge(value, anchor, module) if flag is not None else None
        if judgement is not None:
            verdict = "can be true" if judgement.verdict is Verdict.MAY else "is true"
            what = f"{'' if judgement.anchor else entry}`{flag}` {verdict}{place}, which"
            yield self._report(anchor, judgement, what)

    @on_callee(*known.SETTERS, *known.READERS)
    def named(self, node: ast.Call, module: Module) -> Iterator[Hit]:
        """A call that takes the flag's name and a value: ``setattr``, ``setdefault``, ``get`` with a fallback..."""
        name = called(node).rpartition(".")[2]
        if name not in known.SETTERS and (name not in known.READERS or isinstance(module.tree.parent(node), ast.Expr)):
            return
        for key, value in zip(node.args, _following(node), strict=False):
            flag = _flag(key, module)
            judgement = _judge(value, value, module) if flag else None
            if judgement is not None:
                verb = "sets" if name in known.SETTERS else "falls back on"
                yield self._report(node, judgement, f"`{called(node)}` {verb} a true `{flag}`, which")
                return

    @on(ast.Module)
    def options(self, node: ast.Module, module: Module) -> Iterator[Hit]:
        """The option among the arguments of a program, in a list of them or in the text of a command."""
        for option in switched_on(module):
            message = f"The argument `{option.written}` {_CONSEQUENCE}"
            yield self.at(option.anchor, message, focus=option.focus, confidence=option.confidence)

    @on_exported(known.VARIABLE)
    def exported(self, exported: Exported, module: Module) -> Iterator[Hit]:
        """The environment that a command gives the programs it runs."""
        if enabled(exported.value):
            message = f"`{known.VARIABLE}` is true here, which {_CONSEQUENCE}"
            yield self.at(exported.anchor, message, focus=exported.focus, confidence=exported.confidence)

    @on_call(*known.DYNAMIC_IMPORTS)
    def imported(self, call: Call, module: Module) -> Iterator[Hit]:
        """Code of a model's repository, imported in a function that never speaks of the flag."""
        function, name = module.tree.function(call.node), call.name.rpartition(".")[2]
        if not module.mentions.spelled(FLAG, function) and not module.functions.stands_in(call.node, name):
            message = f"`{name}` imports Python code of the model's repository without asking; "
            message += f"take `{FLAG}` from the caller, with `False` as the default, and refuse without it"
            yield self.at(call.node, message, confidence=Confidence.MEDIUM)

    @on_default(FLAG)
    def default(self, default: Default, module: Module) -> Iterator[Hit]:
        """The flag's default in a signature, a class or a command line."""
        what = f"The {default.kind} `{FLAG}` is `True` by default, which"
        if default.value is None:
            if default.implied is True:
                yield self.at(default.anchor, f"{what} {_CONSEQUENCE}", confidence=Confidence.HIGH)
            return
        judgement = _judge(default.value, default.anchor, module)
        if judgement is not None:
            yield self._report(default.anchor, judgement._replace(anchor=None, focus=default.anchor), what)

    def _report(self, anchor: ast.AST, judgement: Judgement, what: str) -> Hit:
        return self.at(anchor, f"{what} {_CONSEQUENCE}", judgement=judgement)


_CONSEQUENCE = (
    f"runs the Python code of whatever model is loaded, for every user; take `{FLAG}` from the caller or the "
    f"configuration, with `False` as the default"
)


def _judge(value: ast.expr, focus: ast.AST, module: Module) -> Judgement | None:
    """How sure it is that a value switches the flag on; None too where it comes from a place reported by itself."""
    judgement = module.judge_expression(value, ON, focus)
    keys = getattr(value, "args", None) or [getattr(value, "slice", None)]
    elsewhere = _flag(keys[-1], module) or getattr(judgement and judgement.origin, "attr", None) in known.FLAGS
    return None if elsewhere else judgement


def _flag(key: ast.expr | None, module: Module) -> str | None:
    """Which of the flags a key names."""
    if isinstance(key, ast.Name):
        texts = module.value(key).texts
        return texts[0] if len(texts) == 1 and texts[0] in known.KEYS else None
    return str(key.value) if isinstance(key, ast.Constant) and key.value in known.KEYS else None


def _paired(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """What an assignment gives to each of its targets: ``a, b[key] = 1, 2``, in one line."""
    if not isinstance(target, _SEVERAL) or target.lineno != target.end_lineno or not isinstance(value, _SEVERAL):
        yield target, value
    elif len(target.elts) == len(value.elts):
        pairs = zip(target.elts, value.elts, strict=True)
        yield from (pair for pair in pairs if not any(isinstance(node, ast.Starred) for node in pair))


def _elements(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, _SEVERAL) else []


def _asserts(call: ast.Call) -> bool:
    return called(call).rpartition(".")[2].startswith("assert")


def _following(call: ast.Call) -> list[ast.expr]:
    """For each argument the one after it, which may be given as ``default=``."""
    return [*call.args[1:], *(keyword.value for keyword in call.keywords if keyword.arg == "default")]
