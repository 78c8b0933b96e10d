"""`pretend ids`: package managers in a namespace with one id."""
import os, shutil, subprocess
from harness import *

TMP = ("tmpfs", "/tmp", 0, "1777")
PRETEND = [("caps", "namespace"), ("pretend", "ids")]


def probe():
    """A root tree with a program that makes every covered call."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pretend-probe.c")
    need(os.path.exists(source), "the source of the probe is not beside the tests")
    compiler, root = program("cc", "gcc"), rootfs()
    built = subprocess.run([compiler, "-static", "-D_GNU_SOURCE", "-o", os.path.join(root, "bin/probe"), source], capture_output=True)
    need(built.returncode == 0, "no static C library")
    return root


def test_every_covered_call_succeeds_and_changes_nothing_in_programs_of_both_word_sizes():
    root = probe()
    for pid in False, True:
        before = [("unshare", "pid")] if pid else []
        after = PRETEND + ([("init",)] if pid else [])
        text = out(TMP, userns="root", root=("dir", root, 0), before=before, after=after, script="exec 0>/tmp/file; probe")
        assert text == "uid=0 gid=0 devices=0 pipe=1\n", text


def test_without_it_the_same_calls_fail():
    text = out(TMP, userns="root", root=("dir", probe(), 0), after=PRETEND[:1], script="exec 0>/tmp/file; probe")
    assert "chown" in text and "setresuid" in text and "mknodat" in text and "i386:212" in text or os.uname().machine != "x86_64", text


def test_owners_stay_what_they_are_and_the_filter_reaches_every_descendant():
    text = out(TMP, userns="root", after=PRETEND, script="touch /tmp/a; (busybox chown 33:33 /tmp/a; busybox stat -c %u:%g /tmp/a)")
    assert text == "0:0\n", text


def test_real_root_without_a_namespace_may_pretend_too():
    need(IS_ROOT, "needs real root")
    assert out(TMP, userns="none", after=[("pretend", "ids")], script="touch /tmp/a; busybox chown 33:33 /tmp/a; stat -c %u /tmp/a") == "0\n"


def test_it_is_refused_where_ids_are_real_or_the_word_is_unknown():
    refused(launch(plan(userns="self", after=[("pretend", "ids")])), "`pretend` needs `userns root`")
    refused(launch(plan(userns="root", after=[("pretend", "names")])), "names", "not a word")
