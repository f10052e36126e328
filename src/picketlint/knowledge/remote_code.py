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
