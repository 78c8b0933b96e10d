"""The form of plans: what is refused before anything is done."""
import os, subprocess
from harness import *

GOOD = [("userns", "self"), ("root", "dir", "/", 0), ("exec", "/bin/true"), ("arg", "true"), ("end",)]


def check(records):
    return Result(subprocess.run([LAUNCH, "--check", plan_file(records)], capture_output=True))


def with_record(at, *record):
    return GOOD[:at] + [record] + GOOD[at:]


def test_a_good_plan_is_accepted():
    assert check(GOOD).code == 0


def test_a_plan_of_another_version_is_refused():
    refused(check(b"BERTHPLAN2\n"), "BERTHPLAN1")
    refused(check(b""), "BERTHPLAN1")


def test_every_malformation_is_named():
    cases = [
        (GOOD[:-1], "no `end`"), (GOOD + [("x",)], "follows `end`"), (with_record(0, "mystery"), "mystery"), (GOOD[1:], "`userns`"),
        (GOOD[:1] + GOOD[2:], "`root`"), (GOOD[:3] + GOOD[4:], "`arg`"), (with_record(1, "userns", "self"), "second"),
        (with_record(2, "unshare", "pid"), "too late"), (with_record(1, "unshare", "user"), "user"), (with_record(1, "hostname", "x"), "unshare uts"),
        (with_record(1, "idmap", "u", 0, 1000, 1), "ranges"), ([("userns", "root"), ("user-namespace", "/a", 5)] + GOOD[1:], "userns self"), ([("userns", "ranges")] + GOOD[1:], "idmap"), (with_record(2, "bind", "a", "/b", "ro"), "absolute"),
        (with_record(2, "bind", "/a", "/b", "ro,rw"), "list"), (with_record(2, "bind", "/a", "/b", "ro,"), "list"), (with_record(2, "tmpfs", "/a", "-1", "755"), "number"),
        (with_record(2, "tmpfs", "/a", "99999999999999999999", "755"), "number"), (with_record(2, "tmpfs", "/a", "1", "799"), "octal"),
        (with_record(2, "point", "/p", "link"), "link"), (with_record(2, "point", "p", "dir"), "absolute"), (with_record(2, "root-hook", "/h"), "userns none"),
        (with_record(2, "bind", "/a", "/b", "file"), "inside"), (with_record(2, "bind", "/a", "/b", "slave,private"), "slave or private"), (with_record(2, "chdir-else", "x"), "chdir"), (with_record(2, "chdir", "x" * 5000), "absolute"), (with_record(2, "called", "x" * 5000), "overlong"),
        (with_record(2, "env-unset", "A=b"), "name of a variable"), (with_record(2, "env-append", "A"), "NAME=VALUE"), (with_record(2, "env-file", ""), "empty"), (with_record(2, "called", ""), "empty"),
        (with_record(2, "called", "a")[:3] + [("called", "b")] + GOOD[2:], "second"), (with_record(3, "hook", "/h"), "too late"), (with_record(2, "hook", "/h")[:3] + [("env", "A=b")] + GOOD[2:], "too late"),
        (GOOD[:2] + [("publish", "/p"), ("end",)], "userns none"), ([("userns", "none"), ("root", "dir", "/", 0), ("publish", "/p")] + GOOD[2:], "no program"),
        ([("userns", "none"), ("unshare", "ipc"), ("root", "dir", "/", 0), ("publish", "/p"), ("end",)], "namespaces"),
        ([("userns", "none"), ("root", "fuse", "/f", 0), ("fuse-program", "/s"), ("publish", "/p"), ("end",)], "root kernel"),
        ([("join", 1, 1), ("publish", "/p"), ("end",)], "publish"),
        (with_record(2, "mqueue", "/m"), "unshare ipc"), (with_record(2, "init"), "unshare pid"), (with_record(2, "keep-fd", 2), "above 2"),
        (with_record(2, "env", "NOVALUE"), "NAME=VALUE"), (with_record(2, "env", "=x"), "NAME=VALUE"), (with_record(2, "rlimit", "nofile", 20, 10), "softer"),
        (with_record(2, "rlimit", "toes", 1, 1), "toes"), (with_record(2, "keep-caps"), "userns none"), (with_record(2, "setid", 1, 1), "setid"),
        (with_record(2, "layer", "dirs", 0, "", ""), "UPPER"), (with_record(2, "layer", "auto", 0, "/u", ""), "UPPER"), (with_record(2, "layer", "tmpfs", 0, "/u", ""), "UPPER"), (with_record(2, "layer", "auto", 0, "", "/l"), "LOWERS"),
        ([("userns", "self"), ("root", "kernel", "/f", 0)] + GOOD[2:], "userns none"), ([("userns", "self"), ("root", "fuse", "/f", 0)] + GOOD[2:], "fuse-program"),
        ([("userns", "self"), ("root", "encrypted", "/f", 0)] + GOOD[2:], "need each other"), (with_record(2, "decrypt", "/g", "n", "p"), "need each other"),
        ([("userns", "self"), ("root", "encrypted", "/f", 0), ("decrypt", "/g", "n", "p")] + GOOD[2:], "fuse-program"),
        ([("userns", "self"), ("root", "encrypted", "/f", 0), ("fuse-program", "/s"), ("decrypt", "/g", "../n", "p")] + GOOD[2:], "not a path"),
        ([("userns", "none")] + with_record(2, "caps", "namespace")[1:], "user namespace"), (with_record(2, "bind", "/" + "a" * 5000, "/b", "ro"), "4096"),
        (GOOD[:2] + [("dir", f"/{i}", 755) for i in range(4097)] + GOOD[2:], "4096 mount records"),
        (GOOD[:2] + [("env", "A=b")] * 65537 + GOOD[2:], "65536"), (encode(GOOD)[:-2], "middle"),
    ]
    for records, word in cases:
        refused(check(records), word)


def test_a_plan_longer_than_8_MiB_is_refused():
    refused(check(encode(with_record(2, "env", "A=" + "b" * (8 << 20)))), "longer")


def test_control_characters_of_a_plan_do_not_reach_the_terminal():
    result = check(with_record(0, b"\x1b]0;evil\x07"))
    assert "\x1b" not in result.err and "\x07" not in result.err, result
    result = check(with_record(0, "\x9b2J é".encode()))
    assert "\x9b" not in result.err and "??2J é" in result.err, result


def test_once_removes_the_plan_and_a_descriptor_serves_as_well():
    path = plan_file(plan(script="echo here"))
    assert subprocess.run([LAUNCH, "--once", path], capture_output=True).stdout == b"here\n"
    assert not os.path.exists(path)
    with open(plan_file(plan(script="echo there"))) as file:
        assert subprocess.run([LAUNCH, "--fd", str(file.fileno())], pass_fds=[file.fileno()], capture_output=True).stdout == b"there\n"


def test_wrong_usage_is_said():
    for arguments in [], ["--fd"], ["--fd", "x"], ["a", "b"], ["--once", "--check", "a"], ["--nope"]:
        refused(Result(subprocess.run([LAUNCH, *arguments], capture_output=True)), "usage")
    refused(Result(subprocess.run([LAUNCH, "/nonexistent"], capture_output=True)), "/nonexistent", "No such file")
