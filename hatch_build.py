"""Build hooks: what a distribution needs to know of the rules is derived from them, for a rule is one file.

The metadata hook makes the entry points from the files' names. The build hook puts an index of the rules into a wheel,
so that a run imports only the rules that can fire; an editable install does without and imports them all. So it is for
what can be told of the words about documented exceptions.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

RULES = "src/picketlint/rules"
RULE_FILE = re.compile(r"pkt(?P<number>[0-9]{3})_(?P<name>[a-z][a-z0-9]*(?:_[a-z0-9]+)*)\.py")

# PKT000 is about files Bandit cannot parse, PKT405 will be about files that hold no Python: no AST node leads there.
NOT_IN_BANDIT = frozenset({"000", "405"})

# Every name Bandit itself registers in the group `bandit.plugins`: the union over its releases 1.7.9 to 1.9.4.
BANDIT_ENTRY_POINTS = frozenset(
    {
        "any_other_function_with_shell_equals_true",
        "assert_used",
        "django_extra_used",
        "django_mark_safe",
        "django_rawsql_used",
        "exec_used",
        "flask_debug_true",
        "hardcoded_bind_all_interfaces",
        "hardcoded_password_default",
        "hardcoded_password_funcarg",
        "hardcoded_password_string",
        "hardcoded_sql_expressions",
        "hardcoded_tmp_directory",
        "hashlib_insecure_functions",
        "huggingface_unsafe_download",
        "jinja2_autoescape_false",
        "linux_commands_wildcard_injection",
        "logging_config_insecure_listen",
        "markupsafe_markup_xss",
        "paramiko_calls",
        "pytorch_load",
        "pytorch_load_save",
        "request_with_no_cert_validation",
        "request_without_timeout",
        "set_bad_file_permissions",
        "snmp_insecure_version",
        "snmp_weak_cryptography",
        "ssh_no_host_key_verification",
        "ssl_with_bad_defaults",
        "ssl_with_bad_version",
        "ssl_with_no_version",
        "start_process_with_a_shell",
        "start_process_with_no_shell",
        "start_process_with_partial_path",
        "subprocess_popen_with_shell_equals_true",
        "subprocess_without_shell_equals_true",
        "tarfile_unsafe_members",
        "trojansource",
        "try_except_continue",
        "try_except_pass",
        "use_of_mako_templates",
        "weak_cryptographic_key",
        "yaml_load",
    }
)


def entry_points(rule_files: Iterable[str]) -> dict[str, dict[str, str]]:
    """Map entry-point groups to their entries for the given file names, or raise ValueError for a name that cannot be.

    Bandit keeps its tests by name and by id and lets a later one silently replace an earlier one, so every clash has to
    be found here.
    """
    owners: dict[str, str] = {}
    tests: dict[str, str] = {}
    for file in sorted(rule_files):
        match = RULE_FILE.fullmatch(file)
        if match is None:
            raise ValueError(f"{RULES}/{file}: a rule file is named pktNNN_snake_name.py")
        number, name = match["number"], match["name"]
        for what in (f"id PKT{number}", f"name {name}"):
            if what in owners:
                raise ValueError(f"{RULES}/{file}: {owners[what]} already has the {what}")
            owners[what] = file
        if number in NOT_IN_BANDIT:
            continue
        if name in BANDIT_ENTRY_POINTS:
            raise ValueError(f"{RULES}/{file}: Bandit has a test called {name} of its own, choose another name")
        tests[name] = f"picketlint.hosts.bandit_plugin:{name}"
    if not tests:
        raise ValueError(f"{RULES}: no rule files, and a linter without rules would pass everything")
    return {"bandit.plugins": tests, "flake8.extension": {"PKT": "picketlint.hosts.flake8_plugin:Plugin"}}


class EntryPoints(MetadataHookInterface):
    """Fills the dynamic field ``entry-points``."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the entry points to the ``project`` table."""
        files = (path.name for path in Path(self.root, RULES).glob("*.py"))
        metadata["entry-points"] = entry_points(file for file in files if file != "__init__.py")


# Run by a fresh interpreter, isolated from whatever the build environment holds: it must be these sources it imports.
DERIVE = """
import sys
from importlib import import_module
sys.path.insert(0, sys.argv[1])
sys.stdout.buffer.write(import_module(sys.argv[2]).index_source().encode())
"""
# The modules that only a wheel has, with what makes their text.
DERIVED = {"_index.py": "picketlint.registry", "_needs.py": "picketlint.exceptions.wording"}


class RuleIndex(BuildHookInterface):  # type: ignore[type-arg]
    """Puts into a wheel what each run would else have to work out, and to import the rules for."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Derive the modules from the sources; a rule that cannot be imported fails the build."""
        if version == "editable":
            return
        derive = [sys.executable, "-I", "-B", "-c", DERIVE, str(Path(self.root, "src"))]
        self.folder = tempfile.TemporaryDirectory()
        for name, module in DERIVED.items():
            made = subprocess.run([*derive, module], check=True, stdout=subprocess.PIPE)
            file = Path(self.folder.name, name)
            file.write_bytes(made.stdout)
            build_data["force_include"][str(file)] = f"picketlint/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Drop the temporary file once it is in the wheel."""
        if version != "editable":
            self.folder.cleanup()
