"""Which files a run is about."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import Tree

from picketlint.configuration.settings import Overrides, Resolver
from picketlint.discovery.targets import discover

ISOLATED = Overrides(isolated=True)
TABLE = "[tool.picketlint]\n"


def found(*paths: str, overrides: Overrides = ISOLATED, force_exclude: bool = False) -> list[str]:
    """The files that are found, and "kind:path" for what is a problem."""
    targets = discover(paths, Resolver(overrides), force_exclude=force_exclude)
    return [f"{target.problem.kind}:{target.display}" if target.problem else target.display for target in targets]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["."], ["a.py", "b/c.pyi", "b/d e.py", "b/n.ipynb", "b/tests/t.py"]),
        (["b"], ["b/c.pyi", "b/d e.py", "b/n.ipynb", "b/tests/t.py"]),
        (["b/c.pyi", "a.py"], ["a.py", "b/c.pyi"]),
        ([".", "b", "./b/../a.py", "a.py"], ["a.py", "b/c.pyi", "b/d e.py", "b/n.ipynb", "b/tests/t.py"]),
        (["script", "b/n.ipynb", "dist/e.py"], ["b/n.ipynb", "dist/e.py", "script"]),
        (["dist"], ["dist/e.py", "dist/venv/f.py"]),
        (["dist/venv"], ["dist/venv/f.py"]),
        (["nothing.py", "a.py", "a.py/b"], ["a.py", "missing-path:a.py/b", "missing-path:nothing.py"]),
        ([], []),
    ],
)
def test_paths(tree: Tree, paths: list[str], expected: list[str]) -> None:
    tree(dict.fromkeys(["a.py", "b/c.pyi", "b/d e.py", "b/tests/t.py", "b/n.ipynb", "b/x.pyc", "script"], ""))
    tree(dict.fromkeys(["dist/e.py", "dist/venv/f.py", "x.py/", "empty/"], ""))
    assert found(*paths) == expected
    assert found(*reversed(paths)) == expected


@pytest.mark.parametrize(("working_directory", "prefix"), [("p", ""), (".", "p/"), ("p/a", None), ("q", None)])
def test_the_working_directory_changes_names_only(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, working_directory: str, prefix: str | None
) -> None:
    config = TABLE + 'extend-exclude = ["/gen"]'
    names = {"p/.gitignore": "/old\n", "p/pyproject.toml": config, "p/.git/": "", "q/": ""}
    root = tree(names | dict.fromkeys(["p/a/tests/b.py", "p/a/gen/c.py", "p/gen/d.py", "p/old/e.py", "p/f.py"], ""))
    monkeypatch.chdir(root / working_directory)
    targets = discover([str(root / "p")], Resolver())
    kept = ["a/gen/c.py", "a/tests/b.py", "f.py"]
    assert sorted(os.path.relpath(target.path, root / "p") for target in targets) == kept
    assert [target.path for target in targets if target.settings and target.settings.is_test(target.path)] == [
        str(root / "p/a/tests/b.py")
    ]
    if prefix is not None:
        assert [target.display for target in targets] == [prefix + name for name in kept]
    else:
        # As in ruff: relative below the working directory, absolute elsewhere.
        here = os.getcwd() + os.sep
        assert [target.display for target in targets] == [target.path.removeprefix(here) for target in targets]
        assert str(root / "p/f.py") in [target.display for target in targets]


@pytest.mark.parametrize(
    ("paths", "force", "expected"),
    [
        (["."], False, ["a.py"]),
        (["gen", "pkg/a_pb2.py"], False, ["gen/b.py", "gen/deep/c.py", "pkg/a_pb2.py"]),
        (["gen/deep"], False, ["gen/deep/c.py"]),
        (["gen", "pkg/a_pb2.py", "gen/deep", "gen/b.py", "a.py"], True, ["a.py"]),
        (["pkg"], False, []),
    ],
)
def test_excludes(tree: Tree, paths: list[str], force: bool, expected: list[str]) -> None:
    tree({"pyproject.toml": TABLE + 'extend-exclude = ["gen/", "*_pb2.py"]'})
    tree(dict.fromkeys(["a.py", "gen/b.py", "gen/deep/c.py", "pkg/a_pb2.py", ".venv/d.py"], ""))
    assert found(*paths, overrides=Overrides(), force_exclude=force) == expected


def test_a_nested_configuration_governs_its_own_excludes(tree: Tree) -> None:
    tree({"pyproject.toml": TABLE + 'exclude = ["a.py"]', "sub/pyproject.toml": TABLE + 'exclude = ["b.py"]'})
    tree(dict.fromkeys(["a.py", "b.py", "sub/a.py", "sub/b.py", "sub/dist/c.py", "other/a.py"], ""))
    assert found(".", overrides=Overrides()) == ["b.py", "sub/a.py", "sub/dist/c.py"]


def test_a_broken_configuration_is_one_problem_and_the_rest_goes_on(tree: Tree) -> None:
    tree({"sub/pyproject.toml": TABLE + "selct = []"} | dict.fromkeys(["a.py", "sub/b.py", "sub/c/d.py"], ""))
    expected = ["a.py", "broken-configuration:sub/pyproject.toml"]
    assert found(".", overrides=Overrides()) == expected
    assert found("a.py", "sub/b.py", "sub/c", overrides=Overrides()) == expected
    [target] = discover(["sub/b.py"], Resolver())
    assert target.problem is not None
    assert target.problem.fatal
    assert target.problem.message == 'unknown key "selct" in [tool.picketlint]; did you mean "select"?'


def test_links_to_directories_are_not_followed_and_links_to_files_are_read(tree: Tree) -> None:
    root = tree({"a/b.py": "", "elsewhere.txt": ""})
    (root / "a" / "loop").symlink_to(root, target_is_directory=True)
    (root / "a" / "loop.py").symlink_to(root, target_is_directory=True)
    (root / "a" / "link.py").symlink_to(root / "elsewhere.txt")
    (root / "a" / "dangling.py").symlink_to(root / "nothing")
    (root / "knot").symlink_to(root / "knot")
    assert found("a") == ["a/b.py", "a/dangling.py", "a/link.py"]
    assert found("a/loop/a", "a/dangling.py") == [
        "missing-path:a/dangling.py",
        "a/loop/a/b.py",
        "a/loop/a/dangling.py",
        "a/loop/a/link.py",
    ]
    assert found("knot") == ["unreadable-path:knot"]


@pytest.mark.skipif(sys.platform in {"darwin", "win32"}, reason="file names there are Unicode")
def test_odd_names(tree: Tree) -> None:
    root = tree({"a\nb.py": "", "tab\t/x y.py": "", "back\\slash.py": ""})
    Path(os.fsdecode(os.fsencode(root) + b"/\xff.py")).touch()
    assert found(".") == ["a\nb.py", "back\\slash.py", "tab\t/x y.py", "\udcff.py"]
    assert found("\udcff.py", "nul\0.py") == ["missing-path:nul\0.py", "\udcff.py"]


def test_an_unreadable_directory_is_a_problem(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree({"a/b.py": "", "c/d.py": ""})
    scandir = os.scandir

    def denying(path: str) -> object:
        if os.path.basename(path) == "a":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denying)
    assert found(".") == ["unreadable-path:a", "c/d.py"]


GIT_CASES: list[dict[str, Sequence[str]]] = [
    {".gitignore": ["*.py", "!keep.py"]},
    {".gitignore": ["a/", "!a/keep.py"]},
    {".gitignore": ["a/*", "!a/keep.py"]},
    {".gitignore": ["a/**", "!a/**/", "!keep.py"]},
    {".gitignore": ["/*", "!/a", "/a/*", "!/a/b/"]},
    {".gitignore": ["*", "!*/", "!keep.py"]},
    {".gitignore": ["b"], "a/.gitignore": ["!b/"], "a/b/.gitignore": ["*", "!x.py"]},
    {".gitignore": ["!x.py"], "a/.gitignore": ["x.py"], "a/b/.gitignore": ["!/x.py"]},
    {".gitignore": ["/x.py", "**/b/keep.py", "# c", "", "  ", "[z-a]", "!", "\\!bang.py"]},
    {".gitignore": ["x.py\r", "trailing.py   ", "\\#hash.py", "c/*/x.py", "[ab]/"]},
    {".git/info/exclude": ["keep.py", "c/"], "a/.gitignore": ["!keep.py"]},
    {"a/.gitignore": ["/b/x.py", "keep.*"], "a/b/.gitignore": ["c"]},
]
GIT_FILES = [
    f"{folder}{name}.py"
    for folder in ("", "a/", "a/b/", "a/b/c/", "b/", "c/d/")
    for name in ("x", "keep", "!bang", "#hash", "trailing")
]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the judge")
@pytest.mark.parametrize("ignores", GIT_CASES)
def test_what_git_ignores(tree: Tree, ignores: dict[str, Sequence[str]]) -> None:
    root = tree(dict.fromkeys(GIT_FILES, ""))
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*arguments: str) -> list[str]:
        done = subprocess.run(
            ["git", *arguments], cwd=root, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.split("\0")

    git("init", "--quiet")
    for name, lines in ignores.items():
        (root / name).write_bytes("\n".join(lines).encode())
    listed = git("ls-files", "--others", "--exclude-standard", "-z")
    assert found(".") == sorted(name for name in listed if name.endswith(".py"))


def test_ignore_files_above_count_up_to_the_top_of_the_repository(tree: Tree) -> None:
    tree({".gitignore": "*", "p/.git/": "", "p/.gitignore": "x.py", "p/a/.gitignore": "!/x.py"})
    tree(dict.fromkeys(["p/a/x.py", "p/a/y.py", "p/a/b/x.py", "p/a/b/y.py"], ""))
    assert found("p/a/b") == ["p/a/b/y.py"]
    assert found("p/a") == ["p/a/b/y.py", "p/a/x.py", "p/a/y.py"]


def test_ignore_files_of_a_project_outside_any_repository(tree: Tree) -> None:
    tree({".gitignore": "*", "p/setup.py": "", "p/.gitignore": "x.py", "p/a/x.py": "", "p/a/y.py": ""})
    assert found("p/a") == ["p/a/y.py"]
    assert found("p") == ["p/a/y.py", "p/setup.py"]


def test_a_repository_within_a_repository_has_its_own_ignore_files(tree: Tree) -> None:
    tree({".git/": "", ".gitignore": "x.py", "sub/.gitignore": "y.py", "sub/.git": "gitdir: ../.git/modules/sub\n"})
    tree({".git/modules/sub/info/exclude": "z.py\n", "sub/a/.git/": ""})
    tree(dict.fromkeys([f"{folder}{name}.py" for folder in ("", "sub/", "sub/a/") for name in "xyz"], ""))
    assert found(".") == ["sub/a/x.py", "sub/a/y.py", "sub/a/z.py", "sub/x.py", "y.py", "z.py"]


def test_the_excludes_of_a_worktree_are_those_of_its_repository(tree: Tree) -> None:
    root = tree({"main/.git/worktrees/w/commondir": "../..\n", "main/.git/info/exclude": "x.py", "w/x.py": ""})
    tree({"w/.git": f"gitdir: {root}/main/.git/worktrees/w\n", "w/y.py": ""})
    assert found("w") == ["w/y.py"]


def test_what_git_tracks_is_taken_though_an_ignore_file_names_it(tree: Tree) -> None:
    names = ["a.py", "b.ipynb", "c.txt", "out/d.py", "out/dist/e.py", "sub/f.py", "sub/gone.py", "sub/repository/g.py"]
    root = tree(dict.fromkeys([*names, "sub/untracked.py"], "") | {".gitignore": "*\n!sub/\n!sub/repository/\n"})
    for top, tracked in ((root / "sub/repository", ["g.py"]), (root, names[:-1])):
        for arguments in (["init", "-q"], ["add", "--force", *tracked]):
            subprocess.run(["git", "-C", str(top), *arguments], check=True, capture_output=True)
    (root / "sub/repository/.gitignore").write_text("*.py\n")
    (root / "sub/gone.py").unlink()
    assert found(".") == ["a.py", "b.ipynb", "out/d.py", "sub/f.py", "sub/repository/g.py"]
    assert found("sub") == ["sub/f.py", "sub/repository/g.py"]


def test_what_is_named_is_taken_though_git_ignores_it(tree: Tree) -> None:
    tree({".git/": "", ".gitignore": "/out/\n*.py\n", "out/a.py": "", "out/b/c.py": "", "out/b/.gitignore": "d.py"})
    tree({"out/b/d.py": "", "e.py": ""})
    assert found("out", "e.py") == ["e.py", "out/a.py", "out/b/c.py"]
    assert found("out/b") == ["out/b/c.py"]
    assert found(".") == []


def test_an_unreadable_ignore_file_ignores_nothing(tree: Tree) -> None:
    root = tree({"a.py": "", ".gitignore/": ""})
    (root / "b").mkdir()
    (root / "b" / ".gitignore").write_bytes(b"\xef\xbb\xbfx.py\n\xff.py\n")
    tree({"b/x.py": "", "b/y.py": ""})
    assert found(".") == ["a.py", "b/y.py"]


CONFIGS = [
    "pyproject.toml",
    "PyProject.toml",
    "pyproject.toml.bak",
    "setup.cfg",
    "requirements.txt",
    ".git",
    "ſetup.cfg",
]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("working_directory", [".", "a", "a/b", "elsewhere"])
def test_a_walk_asks_less_and_learns_the_same(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, seed: int, working_directory: str
) -> None:
    chance = random.Random(seed)
    directories = [".", "a", "a/b", "a/b/c", "a/b/c/d", "a/tests", "a/tests/e", "testing.d", "testing.d/f", "elsewhere"]
    names = ["x.py", "test_x.py", "x_test.py", "contest.py", "conftest.py", "latest.ipynb"]
    files = {f"{directory}/{name}": "" for directory in directories for name in names}
    for directory in directories:
        for name in chance.sample(CONFIGS, chance.choice([0, 0, 1, 2])):
            config = f'{TABLE}ignore = ["PKT{chance.randint(101, 108)}"]\ntorch-floor = "2.{chance.randint(0, 9)}"\n'
            # A name in other letters is another file here and the same one elsewhere; so is one that is no ASCII.
            files[f"{directory}/{name}"] = config if name == "pyproject.toml" else ""
    root = tree(files)
    monkeypatch.chdir(root / working_directory)
    overrides = chance.choice([ISOLATED, Overrides()])
    targets = discover([str(root)], Resolver(overrides))
    assert len(targets) == len(directories) * len(names)
    for target in targets:
        alone = Resolver(overrides)
        settings, checks = alone.for_file(target.path), alone.checks_for(target.path)
        assert target.settings is not None
        assert target.checks is not None
        assert (target.settings.root, target.settings.config_path) == (settings.root, settings.config_path)
        assert target.checks._replace(torch_floor=None) == checks._replace(torch_floor=None)  # type: ignore[arg-type]
        assert target.checks.torch_floor() == checks.torch_floor()
        assert os.path.normpath(os.path.join(os.getcwd(), target.display)) == target.path
        assert target.display == target.path.removeprefix(os.getcwd() + os.sep).replace(os.sep, "/")
        assert target.state is not None
        assert target.state.st_ino == os.stat(target.path).st_ino
