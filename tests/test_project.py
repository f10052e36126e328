"""What packaging metadata say about the lowest torch release supported."""

from __future__ import annotations

import os
import warnings

import pytest
from conftest import Tree

from picketlint.base import files
from picketlint.configuration.project import Declaration, declared, torch_floor
from picketlint.configuration.requirements import bounds, poetry_bounds

UNKNOWN = Declaration(None)


@pytest.mark.parametrize(
    ("requirement", "floor"),
    [
        ("torch>=2.6", (2, 6)),
        ("Torch >= 2.6.0", (2, 6, 0)),
        ("torch[opt]>=2.6,<3", (2, 6)),
        ("torch (>=2.6)", (2, 6)),
        ("torch==2.5.*", (2, 5)),
        ("torch==2.6.0+cu126", (2, 6, 0)),
        ("torch===2.6.0", (2, 6, 0)),
        ("torch~=2.6", (2, 6)),
        ("torch>2.5", (2, 5)),
        ("torch>=2.6.0rc1", (2, 6, 0)),
        ("torch>=2.1,!=2.4.0,>=2.3", (2, 3)),
        ("torch!=2.6", None),
        ("torch<3", None),
        ("torch", None),
        ("torch @ https://download.pytorch.org/whl/torch-2.6.0-cp312-none-linux_x86_64.whl", None),
        ("https://download.pytorch.org/whl/torch-2.6.0-cp312-none-linux_x86_64.whl", None),
        ("torch>=1.8.*", None),
        ("torch===nightly", None),
        ("torch >= what", None),
    ],
)
def test_a_requirement_on_torch(requirement: str, floor: tuple[int, ...] | None) -> None:
    [bound] = bounds([requirement])
    assert (bound.floor, bound.conditional) == (floor, False)


@pytest.mark.parametrize(
    "requirement", ["torchvision>=0.2", "torch-geometric", "torch_xla==2.6", "numpy", "torch.x", ""]
)
def test_a_requirement_on_something_else(requirement: str) -> None:
    assert bounds([requirement]) == []


@pytest.mark.parametrize(
    ("constraint", "floors"),
    [
        ("^2.6", [(2, 6)]),
        ("~2.6.1", [(2, 6, 1)]),
        ("~=2.6", [(2, 6)]),
        ("2.6.0", [(2, 6, 0)]),
        ("2.6.*", [(2, 6)]),
        (">=2.5,<3", [(2, 5)]),
        ("*", [None]),
        ("^2.5 || ^3.0", [(2, 5), (3, 0)]),
        ("what", [None]),
        ({"version": "^2.6"}, [(2, 6)]),
        ({"git": "https://example.com/torch"}, [None]),
        ([{"version": "^2.6", "python": ">=3.10"}, {"version": "^2.0"}], [(2, 6), (2, 0)]),
        (2, [None]),
    ],
)
def test_a_constraint_of_poetry(constraint: object, floors: list[tuple[int, ...] | None]) -> None:
    assert [bound.floor for bound in poetry_bounds(constraint)] == floors


def toml(dependencies: str = "", rest: str = "") -> dict[str, str]:
    return {"pyproject.toml": f"[project]\nname = 'x'\ndependencies = [{dependencies}]\n{rest}"}


def setup_py(arguments: str, before: str = "") -> dict[str, str]:
    return {"setup.py": f"from setuptools import setup\n{before}\nsetup(name='x', {arguments})\n"}


EXTRAS = "[project.optional-dependencies]\n"
GROUPS = "[dependency-groups]\n"
DYNAMIC = "[tool.setuptools.dynamic]\n"
POETRY = "[tool.poetry.dependencies]\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, None),
        (toml("'numpy'"), None),
        # mandatory bounds hold, the highest of one place, the lowest of two places
        (toml("'torch>=2.3'"), (2, 3)),
        (toml("'torch>=2.3', 'torch>=2.6'"), (2, 6)),
        (toml("'torch>=2.3'", EXTRAS + "gpu = ['torch>=2.6']\nold = ['torch']"), (2, 3)),
        (toml("'torch>=2.6', 'torch>=2.7; python_version > \"3.12\"'"), (2, 6)),
        ({**toml("'torch>=2.6'"), "setup.cfg": "[options]\ninstall_requires = torch>=2.5"}, (2, 5)),
        ({**toml("'torch>=2.6'"), "requirements.txt": "torch"}, (2, 6)),
        # without one, the lowest alternative
        (toml("", EXTRAS + "a = ['torch>=2.6']\nb = ['torch>=2.4', 'numpy']"), (2, 4)),
        (toml("", GROUPS + "a = ['torch>=2.6', {include-group = 'b'}]\nb = ['torch>=2.5']"), (2, 5)),
        (toml("", EXTRAS + "a = ['torch>=2.6', 'torch']"), (2, 6)),
        (toml("'torch>=2.6; os_name == \"nt\"', 'torch>=2.2; os_name != \"nt\"'"), (2, 2)),
        ({"requirements.txt": "torch>=2.6", "requirements-dev.txt": "torch==2.5.1"}, (2, 5, 1)),
        ({"requirements/base.txt": "torch>=2.6", "requirements/docs.txt": "sphinx"}, (2, 6)),
        # one without a lower bound, or not understood, makes it unknown
        (toml("'torch'"), UNKNOWN),
        (toml("'torch'", EXTRAS + "a = ['torch>=2.6']"), UNKNOWN),
        (toml("", EXTRAS + "a = ['torch>=2.6']\nb = ['torch']"), UNKNOWN),
        (toml("'torch>=2.6; os_name == \"nt\"', 'torch'"), UNKNOWN),
        ({"requirements.txt": "torch>=2.6", "requirements-old.txt": "torch<2"}, UNKNOWN),
        # requirement files
        ({"requirements.txt": "\n# torch>=1\ntorch>=2.6  # why\n"}, (2, 6)),
        ({"requirements.txt": "torch>=2.6 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n"}, (2, 6)),
        ({"requirements.txt": "torch; python_version>'3' --hash=sha256:00"}, UNKNOWN),
        ({"requirements.txt": "torch\n-c limits.txt", "limits.txt": "torch>=2.6"}, (2, 6)),
        ({"requirements.txt": "-r a/b.txt", "a/b.txt": "--requirement=c.txt", "a/c.txt": "torch>=2.4"}, (2, 4)),
        ({"requirements.txt": "-r requirements.txt\n-rrequirements.txt\ntorch>=2.4"}, (2, 4)),
        ({"requirements.txt": "-r missing.txt\n-r ../outside.txt\n-e .\n--index-url https://x/torch-1"}, None),
        # setuptools
        ({**toml("", DYNAMIC + "dependencies = {file = ['r.txt']}"), "r.txt": "torch>=2.6"}, (2, 6)),
        ({**toml("", DYNAMIC + "optional-dependencies.a = {file = 'r.txt'}"), "r.txt": "torch>=2.4"}, (2, 4)),
        ({"setup.cfg": "[options]\ninstall_requires =\n    numpy\n    torch>=2.6\n"}, (2, 6)),
        ({"setup.cfg": "[options]\ninstall_requires = numpy; torch>=2.6\n"}, (2, 6)),
        ({"setup.cfg": "[options]\ninstall_requires = file: r.txt\n", "r.txt": "torch>=2.6"}, (2, 6)),
        ({"setup.cfg": "[options.extras_require]\na = torch>=2.6\nb =\n    torch>=2.5"}, (2, 5)),
        (setup_py("install_requires=['numpy', 'torch>=2.6']"), (2, 6)),
        (setup_py("install_requires=('torch>=2.6',)"), (2, 6)),
        (setup_py("install_requires='numpy\\ntorch>=2.6'"), (2, 6)),
        (setup_py("install_requires=needs", "needs = ['torch>=2.6']"), (2, 6)),
        (setup_py("extras_require={'a': ['torch>=2.6'], 'b': ['torch>=2.5']}"), (2, 5)),
        (setup_py("install_requires=needs", "needs = ['torch>=2.6']\nif x: needs = ['torch']"), UNKNOWN),
        (setup_py("install_requires=['torch>=2.6' if x else 'torch>=1']"), UNKNOWN),
        (setup_py("install_requires=read('requirements.txt')"), None),
        # poetry
        ({"pyproject.toml": POETRY + "torch = '^2.6'"}, (2, 6)),
        ({"pyproject.toml": POETRY + "torch = {version = '^2.6', optional = true}"}, (2, 6)),
        ({"pyproject.toml": POETRY + "torch = '*'\n[tool.poetry.group.dev.dependencies]\ntorch = '^2.6'"}, UNKNOWN),
        ({"pyproject.toml": "[tool.poetry.group.dev.dependencies]\ntorch = '^2.6'"}, (2, 6)),
        # broken files
        ({"pyproject.toml": "[project\n'torch>=2.6'"}, UNKNOWN),
        ({"setup.cfg": "install_requires = torch"}, UNKNOWN),
        ({"setup.py": "setup(install_requires=['torch>=2.6']"}, UNKNOWN),
        ({"pyproject.toml": "[project\n'torch'", "setup.py": "setup(install_requires=['torch>=2.6'])"}, (2, 6)),
        ({"pyproject.toml": "project = 'torch'\ndependency-groups = 3\ntool = ['torch']"}, None),
        (toml("1, 'torch>=2.6'", EXTRAS + "a = 'torch'"), (2, 6)),
        ({"pyproject.toml/": "", "requirements.txt/": "", "requirements": "torch"}, None),
    ],
)
def test_what_a_directory_declares(
    tree: Tree, files: dict[str, str], expected: tuple[int, ...] | Declaration | None
) -> None:
    root = tree(files)
    wanted = expected if expected is None or isinstance(expected, Declaration) else Declaration(expected)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert declared(str(root)) == wanted


def test_the_nearest_declaration_up_to_the_root_counts(tree: Tree) -> None:
    root = tree(
        {
            **toml("'torch>=2.3'"),
            "p/pyproject.toml": "",
            "p/docs/requirements.txt": "sphinx",
            "p/examples/requirements.txt": "torch>=2.6",
            "p/scripts/requirements.txt": "torch",
        }
    )
    memo: dict[str, Declaration | None] = {}

    def floor(directory: str, top: str = "") -> tuple[int, ...] | None:
        return torch_floor(os.path.normpath(root / directory), os.path.normpath(root / top), memo)

    assert floor("p/docs/deep/er") == (2, 3)
    assert floor("p/examples/a") == (2, 6)
    assert floor("p/scripts") is None
    assert floor("p/docs", top="p") is None
    assert floor("p", top="p/docs") is None


def test_every_file_is_read_once(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    from picketlint.configuration import project, requirements

    root = tree(
        {
            **toml("", DYNAMIC + "dependencies = {file = ['requirements.txt']}"),
            "requirements.txt": "-r requirements/a.txt",
            "requirements/a.txt": "torch>=2.6",
            "requirements/b.txt": "-r a.txt\n-c ../requirements.txt",
        }
    )
    seen: list[str] = []

    def read(path: str) -> bytes:
        seen.append(path)
        return files.read(path)

    monkeypatch.setattr(project, "read", read)
    monkeypatch.setattr(requirements, "read", read)
    assert declared(str(root)) == Declaration((2, 6))
    assert len(seen) == len(set(seen))
