"""What becomes of the program: exit codes and the words that explain them."""
import os, struct
from harness import *


def tree():
    root = rootfs()
    scripts = {"plain": "echo plain $0 $1\n", "lost": "#!/no/such/interpreter\n", "dos": "#!/bin/sh\r\necho\r\n", "locked": "echo\n"}
    for name, text in scripts.items():
        os.chmod(write(os.path.join(root, "bin", name), text), 0o644 if name == "locked" else 0o755)
    foreign = 183 if os.uname().machine != "aarch64" else 62
    head = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, foreign, 1, 0, 64, 0, 0, 64, 56, 0, 0, 0, 0)
    native = {"x86_64": 62, "aarch64": 183, "ppc64le": 21, "riscv64": 243, "s390x": 22}.get(os.uname().machine, 62)
    name = b"/lib/ld-missing.so.1\0"
    linked = (b"\x7fELF" + bytes([2, 1, 1]) + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, native, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
              + struct.pack("<IIQQQQQQ", 3, 4, 120, 0, 0, len(name), len(name), 1) + name)
    for file, data in ("foreign", head), ("linked", linked):
        with open(os.path.join(root, "bin", file), "wb") as target:
            target.write(data)
        os.chmod(target.name, 0o755)
    return ("dir", root, 0)


def start(root, *argv, **more):
    return launch(plan(root=root, argv=list(argv), **more))


def test_exit_codes_are_the_payload_s():
    for code in 0, 1, 77, 255:
        assert launch(plan(script=f"exit {code}")).code == code


def test_what_cannot_be_started_is_explained():
    root = tree()
    refused(start(root, "nosuchcmd"), '"nosuchcmd"', "PATH (/bin)", code=127)
    refused(start(root, "/no/such/file"), "/no/such/file", "not found", code=127)
    refused(start(root, "/etc"), "/etc", "directory", code=126)
    refused(start(root, "/bin/locked"), "/bin/locked", "not executable", code=126)
    refused(start(root, "locked"), "/bin/locked", "not executable", code=126)
    refused(start(root, "lost"), "/bin/lost", "/no/such/interpreter", "missing", code=127)
    refused(start(root, "dos"), "/bin/sh", "DOS", code=127)
    refused(start(root, "linked"), "/lib/ld-missing.so.1", "missing", code=127)
    refused(start(root, "foreign"), "binary for", "binfmt_misc", code=126)


def test_a_script_without_a_first_line_runs_under_the_shell():
    result = start(tree(), "plain", "one")
    assert result.out == "plain /bin/plain one\n", result


def test_the_search_goes_through_the_plan_s_path_in_order():
    assert start(tree(), "id", "-u", env=("PATH=/nowhere::/etc:/bin",)).out == f"{os.getuid()}\n"
    assert start(tree(), "id", "-u", env=()).out == f"{os.getuid()}\n"


def test_arguments_and_their_zeroth_arrive_unchanged():
    records = plan(script="x")
    at = next(i for i, record in enumerate(records) if record[0] == "arg")
    odd = ["-sh", "-c", 'echo "$0|$1|$2"', "a b", "", "ü\n*"]
    assert launch(records[:at] + [("arg", a) for a in odd] + [("end",)]).out == "a b||ü\n*\n"
