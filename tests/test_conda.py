"""What environment files of conda say about the lowest torch release supported."""

from __future__ import annotations

import pytest
from conftest import Tree

from picketlint.configuration.project import Declaration, declared

UNKNOWN = Declaration(None)
HEAD = "name: x\nchannels:\n  - pytorch\n  - conda-forge\ndependencies:\n  - python=3.12\n"


@pytest.mark.parametrize(
    ("package", "floor"),
    [
        ("pytorch>=2.6", (2, 6)),
        ("pytorch >=2.6", (2, 6)),
        ("pytorch >= 2.6, < 3", (2, 6)),
        ("pytorch=2.5.1", (2, 5, 1)),
        ("pytorch = 2.6", (2, 6)),
        ("pytorch==2.6.0", (2, 6, 0)),
        ("pytorch 2.6.*", (2, 6)),
        ("pytorch=2.*", (2,)),
        ("pytorch=2.6*", (2, 6)),
        ("pytorch~=2.6", (2, 6)),
        ("pytorch=2.6.0=py3.12_cuda12.4_cudnn9.1.0_0", (2, 6, 0)),
        ("pytorch 2.6.0 py3.12_cuda12.4_cudnn9.1.0_0", (2, 6, 0)),
        ("pytorch=2.6=*cuda*", (2, 6)),
        ("pytorch::pytorch=2.6.*", (2, 6)),
        ("conda-forge/linux-64::pytorch-gpu=2.6", (2, 6)),
        ("PyTorch>2.5,!=2.7.0", (2, 5)),
        ("pytorch>=2.5|=2.4.1", (2, 4, 1)),
        ("'pytorch>=2.6'  # the default of `weights_only`", (2, 6)),
        ('"pytorch>=2.6"', (2, 6)),
        ("pip:\n    - torch==2.6.0", (2, 6, 0)),
        ('pip:\n      - --extra-index-url https://download.pytorch.org/whl/cu126\n      - "torch>=2.6"', (2, 6)),
        ("pip:\n      - -r requirements/base.in", (2, 3)),
        ("pip:\n      - git+https://github.com/you/pytorch-things\n      - torch>=2.6", (2, 6)),
        ("pytorch", None),
        ("pytorch<3", None),
        ("pytorch=*", None),
        ("pytorch>=2.6|<2", None),
        ("pytorch=2.6=cuda|=2.1=cpu", None),
        ("pytorch[version='>=2.6']", None),
        ("pytorch>=2.6=*cuda*", None),
        ("pytorch={{ version }}", None),
        ("pytorch\n    >=2.6", None),
        ("\n    pytorch>=2.6", None),
        ("{pytorch: 2.6}", None),
        ("&torch pytorch>=2.6", None),
        ("conda-forge::torch=2.6", None),
        ("pip: [torch>=2.6]", None),
        ("pip:\n      - https://download.pytorch.org/whl/torch-2.6.0-cp312-none-linux_x86_64.whl", None),
    ],
)
def test_a_package_in_the_list(package: str, floor: tuple[int, ...] | None, tree: Tree) -> None:
    root = tree({"environment.yml": f"{HEAD}  - {package}\n", "requirements/base.in": "torch>=2.3\n"})
    assert declared(str(root)) == Declaration(floor)


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        HEAD + "  - pytorch-lightning>=2\n  - pytorch-cuda=12.4\n  - pytorch::torchvision=0.21\n  - torchaudio\n",
        HEAD + "  - pip:\n      - torch-geometric>=2\n      - -e .[torch]\n      - -r ../torch.txt\n",
        "channels:\n- pytorch\ndependencies:\n- numpy\nvariables:\n  TORCH_HOME: /x\nprefix: /pytorch\n",
        "services:\n  pytorch:\n    image: pytorch\n",
        "dependencies: [numpy]\n",
        "",
    ],
)
def test_a_file_that_says_nothing(text: str, tree: Tree) -> None:
    assert declared(str(tree({"environment.yml": text, "pyproject.toml": "[project]\nname = 'x'\n"}))) is None


@pytest.mark.parametrize(
    "text",
    [
        "dependencies: [python=3.12, pytorch>=2.6]\n",
        "dependencies: *pytorch\n",
        "dependencies:\n  pytorch: '>=2.6'\n",
        HEAD + "  - pytorch>=2.6\n" + "  ? what\n",
    ],
)
def test_a_list_that_is_not_understood(text: str, tree: Tree) -> None:
    assert declared(str(tree({"environment.yaml": text}))) == UNKNOWN


def test_lists_without_indentation_and_with_the_line_ends_of_windows(tree: Tree) -> None:
    text = "\ufeffdependencies:\r\n- python\r\n- pytorch=2.7\r\n- pip:\r\n  - accelerate\r\n"
    assert declared(str(tree({"environment.yml": text}))) == Declaration((2, 7))


def test_any_of_several_environments_may_be_the_one_that_is_installed(tree: Tree) -> None:
    files = {"environment.yml": f"{HEAD}  - pytorch=2.7\n", "environment-cpu.yaml": f"{HEAD}  - pytorch-cpu=2.6\n"}
    assert declared(str(tree(files))) == Declaration((2, 6))
    assert declared(str(tree({"requirements.txt": "torch==2.4.0"}))) == Declaration((2, 4, 0))


def test_what_every_installation_brings_counts_before(tree: Tree) -> None:
    project = "[project]\nname = 'x'\ndependencies = ['torch>=2.8']\n"
    root = tree({"environment.yml": f"{HEAD}  - pytorch\n", "pyproject.toml": project})
    assert declared(str(root)) == Declaration((2, 8))


@pytest.mark.parametrize(
    "line", ["- " + "a" * 200_000 + "{", "- 'torch", "-" * 200_000, "a:" * 100_000, "- pytorch=" + "1." * 50_000 + "x"]
)
def test_long_lines_are_read_in_one_go(line: str, tree: Tree) -> None:
    assert declared(str(tree({"environment.yml": f"{HEAD}  {line}\n"}))) in (None, UNKNOWN)
