"""A reason that is denied in front, in the middle or behind is none: negations of every row of the vocabulary."""

from __future__ import annotations

import re

import pytest

from picketlint.exceptions.wording import judge
from picketlint.knowledge.justifications import DEFAULT, GATES, GROUNDS, READ_BACK

# {} is where a negation goes. Each row of the vocabulary is matched by at least one of them.
ORIGINS = [
    "this layer snapshot was {}internally generated during calibration",
    "the calibration snapshot was {}generated internally by the quantizer",
    "these snapshots were {}produced locally during calibration",
    "the layer snapshot was {}written by save_layer a few lines earlier",
    "the layer snapshot was {}dumped a moment earlier in this script",
    "the calibration table {}comes from our own nightly pipeline",
    "the layer snapshot is {}our own exporter output from stage one",
    "the attribute is {}round-tripped through the calibration store",
    "every night {}our own exporter writes these calibration tables",
    "only our {}trainer writes calibration tables to that bucket",
    "the snapshot is {}what our calibration job saved beforehand",
    "the gathered metadata is {}received from a sibling rank via gloo",
    "the metadata is {}exchanged between ranks of this training group",
    "the calibration snapshot is {}first-party trainer material",
    "the calibration snapshot is {}this module's own serialized layout",
    "the socket connects {}processes on the same machine for calibration",
    "the calibration snapshot is {}of our own exporter throughout calibration",
    "the queue name is {}operator-set through deployment environment",
    "the calibration path is {}configured by the deployment alone",
    "the probe is {}a fixed command from the diagnostics table",
    "diagnostics strings are {}literals from the table above",
    "the diagnostics probe is {}made of constants from above",
    "the calibration directory is {}under our control throughout",
    "the calibration directory is {}controlled by the scheduler daemon",
    "reference vectors are {}shipped with this package for calibration",
    "for these calibration folders {}we control every writer",
    "the snapshot is {}an internal cache of calibration metadata",
    "the snapshot directory {}belongs to this process alone",
    "the calibration snapshot was {}dumped three lines above",
    "the calibration table {}was just written above",
    "it {}is the cache this process wrote during calibration",
]
# They tell what the code does, and that it made the input itself; {} is before what says so.
READ_BACKS = [
    "loads the calibration cache that {}this process wrote",
    "resumes from the calibration snapshot that {}this trainer saved",
    "restores the scheduler state that {}`save_state()` dumped",
    "reads the calibration table that was {}just written above",
    "reads the calibration table that was {}pickled a few lines above",
    "loads metadata that {}the previous step of this pipeline stored",
    "{}reads back our own dump from the calibration directory",
]
# Who else may have made it, or what else it may be.
OTHERS = [
    "loads the calibration cache that a user wrote",
    "loads the calibration cache that some other process wrote",
    "loads the calibration cache that the vendor's trainer saved",
    "loads the calibration cache that this process downloaded",
    "loads the calibration cache that this process wrote, or whatever the user gives",
    "loads the calibration cache that this process wrote from user-supplied snapshots",
    "loads the calibration cache that this process wrote if there is one",
    "reads the calibration table that the user uploaded, saved a few lines above",
    "reads the calibration table downloaded a few lines above",
    "reads the third-party checkpoint saved a few lines above by a customer",
    "loads the fixture that a contributor checked into this repository",
    "loads the calibration model we trained in the last step",
    "loads metadata that the previous step of this pipeline fetched",
    "loads what customers wrote during calibration",
]
CHECKS = [
    "the snapshot is {}compared with the digest from the manifest",
    "the snapshot's checksum is {}verified before reading it",
    "snapshots are {}hash-checked before the calibration starts",
    "the hub repository is {}pinned to a commit from march",
    "the calibration snapshot is {}signed by our release team",
]
ALLOWED = [
    "the metric name is {}on the allow-list from above",
    "the metric is {}whitelisted names from the table above",
    "the metric column is {}allow-listed above the loop",
    "the metric column is {}quoted with shlex before running",
    "every metric column is {}quoted before running",
    "all metric columns {}quoted before running",
    "the metric formula is {}restricted to digits plus brackets",
    "the metric formula is {}validated against the grammar regex",
    "the metric formula is {}ast-validated before running",
]
REASONS = [*ORIGINS, *READ_BACKS, *CHECKS, *ALLOWED]
INSIDE = ["not ", "never ", "no longer ", "hardly ever ", "rarely ", "not yet ", "not always ", "usually ", "mostly "]
FRONT = ["it is not true that {}", "in most cases {}", "it is rarely so that {}", "until recently {}", "{}, or not"]
BEHIND = ["{} (not any more)", "{}, but no longer", "{} - usually", "{}, at times", "{} is not true", "{}, mostly"]
BEHIND_CHECKS = [
    "{} (not implemented)",
    "{}: off",
    "{}, disabled by default",
    "{}, but it is off by default",
    "{}, though this is currently disabled",
    "{} except for the nightly job",
    "{} is optional",
    "{} was removed in the last release",
    "{} fails on this cluster",
    "{}, mismatches are ignored",
    "{} by nobody",
]
DANGERS = [
    "user-supplied checkpoints",
    "uploads chosen by a user",
    "checkpoints given by the client of this service",
    "externally supplied checkpoints",
    "arbitrary user files",
    "a customer's own checkpoint",
]


def said(reason: str, filling: str = "") -> str:
    return f"# {reason.format(filling)}"


@pytest.mark.parametrize("reason", REASONS)
def test_the_reason_itself_is_accepted(reason: str) -> None:
    wording = judge(said(reason), DEFAULT)
    assert wording.accepted, wording


@pytest.mark.parametrize("pattern", [*GROUNDS, *DEFAULT.checks, *GATES])
def test_every_row_has_a_reason_here(pattern: str) -> None:
    assert any(re.search(pattern, said(reason)) for reason in REASONS)


@pytest.mark.parametrize("negation", INSIDE)
@pytest.mark.parametrize("reason", REASONS)
def test_a_negation_inside(reason: str, negation: str) -> None:
    wording = judge(said(reason, negation), DEFAULT)
    assert not wording.accepted, wording


@pytest.mark.parametrize("frame", [*FRONT, *BEHIND])
@pytest.mark.parametrize("reason", REASONS)
def test_a_negation_in_front_or_behind(reason: str, frame: str) -> None:
    wording = judge(said(frame.format(reason)), DEFAULT)
    assert not wording.accepted, wording


@pytest.mark.parametrize("frame", BEHIND_CHECKS)
@pytest.mark.parametrize("reason", [*CHECKS, *ALLOWED])
def test_a_check_that_is_not_made(reason: str, frame: str) -> None:
    wording = judge(said(frame.format(reason)), DEFAULT)
    assert not wording.accepted, wording


@pytest.mark.parametrize("negation", ["not ", "never "])
@pytest.mark.parametrize("reason", [*CHECKS, *ALLOWED])
def test_a_check_that_is_not_made_outweighs_no_danger(reason: str, negation: str) -> None:
    wording = judge(f"# user-supplied snapshot; {reason.format(negation)}", DEFAULT)
    assert not wording.accepted
    assert wording.contrary


@pytest.mark.parametrize("reason", [*CHECKS, *ALLOWED])
def test_who_made_the_input_counts_without_a_check(reason: str) -> None:
    wording = judge(f"{said(reason, 'not ')}, the file is written by our own exporter", DEFAULT)
    assert wording.accepted, wording


@pytest.mark.parametrize("pattern", READ_BACK)
def test_every_way_of_reading_back_has_a_reason_here(pattern: str) -> None:
    assert any(re.search(pattern, said(reason)) for reason in READ_BACKS)


@pytest.mark.parametrize("comment", OTHERS)
def test_what_somebody_else_made_is_not_read_back(comment: str) -> None:
    wording = judge(said(comment), DEFAULT)
    assert not wording.accepted, wording


@pytest.mark.parametrize("danger", DANGERS)
@pytest.mark.parametrize("reason", READ_BACKS)
def test_a_danger_outweighs_what_is_read_back(reason: str, danger: str) -> None:
    wording = judge(f"{said(reason)}, and {danger}", DEFAULT)
    assert not wording.accepted, wording


@pytest.mark.parametrize("danger", DANGERS)
@pytest.mark.parametrize(
    "frame", ["never {}", "this loader takes no {}", "these are not {}", "without {}", "it doesn't read {}"]
)
def test_a_danger_that_is_denied_is_a_reason(danger: str, frame: str) -> None:
    wording = judge(f"# {frame.format(danger)}: the launcher fills this queue", DEFAULT)
    assert wording.accepted, wording


@pytest.mark.parametrize("danger", DANGERS)
@pytest.mark.parametrize(
    "frame",
    [
        "{}",
        "hardly ever {}",
        "not only {}",
        "not usually {}",
        "nothing but {}",
        "this does not validate {}",
        "no check of {}",
        "nobody reviews {}",
        "we don't sanitize {}",
    ],
)
def test_a_danger_that_is_not_denied_is_none(danger: str, frame: str) -> None:
    wording = judge(f"# {frame.format(danger)}: the launcher fills this queue", DEFAULT)
    assert not wording.accepted, wording
