"""What has models and data sets bring Python code of their own, and how that is written, each with its source."""

from __future__ import annotations

# https://huggingface.co/docs/transformers/custom_models
FLAG = "trust_remote_code"
# https://github.com/huggingface/datasets/blob/3.6.0/src/datasets/config.py
VARIABLE = "HF_DATASETS_TRUST_REMOTE_CODE"
FLAGS = (FLAG, VARIABLE)
# https://docs.vllm.ai/en/latest/cli/serve/, https://docs.sglang.ai/advanced_features/server_arguments.html
WRITTEN = ("--trust-remote-code", "--trust_remote_code", "--trust-remote-code=true", "--trust-remote-code=True")
# A server's settings in a file are called like the options of its command line, without the dashes before them.
KEYS = frozenset({*FLAGS, "trust-remote-code"})
# An argument of models in one text: https://github.com/EleutherAI/lm-evaluation-harness/blob/main/docs/interface.md
MODEL_ARGUMENTS = "model_args"
# Calls that name the flag in one argument and give its value, or what to take instead, in the next.
SETTERS = frozenset({"setattr", "__setattr__", "putenv", "setenv", "setdefault"})
READERS = frozenset({"get", "pop", "getattr", "getenv"})
# Calls that make entries of a mapping of pairs, or of keys and one value.
PAIRED = ("OrderedDict", "dict", "fromkeys", "update")
# https://github.com/huggingface/transformers/blob/main/src/transformers/dynamic_module_utils.py (CVE-2025-66448)
DYNAMIC_MODULES = "transformers.dynamic_module_utils"
DYNAMIC_IMPORTERS = ("get_class_from_dynamic_module", "get_class_in_module")
DYNAMIC_IMPORTS = tuple(f"{DYNAMIC_MODULES}.{name}" for name in DYNAMIC_IMPORTERS)
# Options of command lines by which it is on unless somebody says otherwise, in the ways that projects declare them.
ON_UNLESS_TOLD = (
    "parser.add_argument('--trust-remote-code', action='store_true', default=True)",
    "parser.add_argument('--no-trust', dest='trust_remote_code', action='store_false')",
    "parser.add_argument('--trust_remote_code', action=BooleanOptionalAction, default=True)",
    "parser.add_argument('--trust-remote-code', dest='trust', type=str2bool, default='true')",
    "parser.set_defaults(trust_remote_code=True)",
)
# Somebody chose it, by a flag that is not called like it.
SPELT_AS_BRANCHES = (
    "if args.trust:\n    load(name, trust_remote_code=True)",
    "def build(name, trust=False):\n    if trust:\n        load(name, trust_remote_code=True)",
    "def build(name, **kw):\n    if kw.get('trust_model', False):\n        load(name, trust_remote_code=True)",
    "def build(name, trust):\n    on = trust\n    if not on:\n        raise E\n    load(name, trust_remote_code=True)",
    "class A:\n    def __init__(self, trust):\n        self.trusted = trust\n    def f(self):\n"
    "        if self.trusted and self.custom:\n            self.kw['trust_remote_code'] = True",
    "flag = False\nif args.trust:\n    flag = True\nload(name, trust_remote_code=flag)",
)
# A test that says nothing, the wrong way round, or of what the code itself decides.
NOBODYS_CHOICE = (
    "if not args.trust:\n    load(name, trust_remote_code=True)",
    "if args.trust:\n    pass\nelse:\n    load(name, trust_remote_code=True)",
    "if args.trust or args.custom:\n    load(name, trust_remote_code=True)",
    "if args.trust_env:\n    load(name, trust_remote_code=True)",
    "if distrust:\n    load(name, trust_remote_code=True)",
    "def build(name, trust=True):\n    if trust:\n        load(name, trust_remote_code=True)",
    "def build(name, **kw):\n    if kw.get('trust', True):\n        load(name, trust_remote_code=True)",
    "def build(name, trust):\n    if trust:\n        load(name, trust_remote_code=True)\n"
    "def hand(name, trust):\n    build(name, trust)\nhand('a/b', True)",
    "trust = name in KNOWN\nif trust:\n    load(name, trust_remote_code=True)",
    "trust = True\nif trust:\n    load(name, trust_remote_code=True)",
    "trust_remote_code = True\nif trust_remote_code:\n    load(name, trust_remote_code=True)",
    "parser.add_argument('--trust', action='store_false')\nif args.trust:\n    load(name, trust_remote_code=True)",
    "class A:\n    def __init__(self, name):\n        self.trust = name.startswith('us/')\n    def f(self):\n"
    "        if self.trust:\n            load(name, trust_remote_code=True)",
)
# Which options there are, as h2oGPT's `gen.py` has it: a mapping that nobody takes a value from.
NAMES_OF_OPTIONS = (
    "def clean(kwargs):\n    allowed = dict(max_memory=None, trust_remote_code=True)\n"
    "    for k in kwargs.copy():\n        if k not in allowed:\n            kwargs.pop(k)",
    "_KNOWN = {'trust_remote_code': True}\ndef check(name):\n    return name in _KNOWN or sorted(_KNOWN)",
    "def check(name):\n    return name in dict(trust_remote_code=True)",
    "def check(name):\n    known = {'trust_remote_code': True}\n    return [k for k in known if k in known.keys()]",
)
TABLES_OF_OPTIONS = (
    "KNOWN = {'trust_remote_code': True}\nif name in KNOWN:\n    print(name)",
    "def check(name):\n    known = {'trust_remote_code': True}\n    return known.get(name) if name in known else None",
    "def check(name):\n    known = {'trust_remote_code': True}\n    return name in known and load(name, **known)",
    "def check(name):\n    known = {'trust_remote_code': True}\n    return name in known and load(**locals())",
    "def check(name):\n    global KNOWN\n    KNOWN = {'trust_remote_code': True}\n    return name in KNOWN",
    "def check(name):\n    known = {'trust_remote_code': True}\n    return other in [known] or other in known",
)
