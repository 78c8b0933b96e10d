"""Instances: a launch that lasts, its talk with the starter, joining it, stopping it."""
import os, random, signal, socket, subprocess
from harness import *
from test_identity import ranges

JOIN = os.path.join(BUILD, "berth-join")
SPACES = [("unshare", "pid"), ("unshare", "ipc"), ("unshare", "uts"), ("hostname", "inside")]
PROC = ("proc", "/proc")


def start_time(pid):
    return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[19]


class Instance:
    """An instance that was given leave to begin, as berth starts it."""

    def __init__(self, *mounts, leave=b"g", maps=(), after=(), **parts):
        ours, theirs = socket.socketpair()
        ours.settimeout(30)
        number = theirs.fileno()
        records = plan(PROC, *mounts, before=[*maps, *SPACES], after=[("init",), ("instance", number), *after], **parts)
        if parts.get("argv") == ["-"]:
            records = [record for record in records if record[0] not in ("exec", "arg")]
        self.process = subprocess.Popen([LAUNCH, plan_file(records)], pass_fds=[number], start_new_session=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        theirs.close()
        self.said = ours.recv(4096)
        self.start = start_time(self.process.pid)
        if self.said == b"ready\n" and leave:
            ours.send(leave)
            while part := ours.recv(4096):
                self.said += part
        ours.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def join(self, *argv, start=None, before=(), after=(), env=("PATH=/bin",), **more):
        records = [("join", self.process.pid, start or self.start), *before, ("chdir", "/"), *after,
                   *[("env", e) for e in env], ("exec", argv[0]), *[("arg", a) for a in argv], ("end",)]
        more.setdefault("stdin", subprocess.DEVNULL)
        return Result(subprocess.run([JOIN, plan_file(records)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30, **more))

    def stop(self, number=signal.SIGTERM, patience=10000):
        return subprocess.run([JOIN, "--stop", str(int(number)), str(patience), str(self.process.pid), self.start], timeout=30).returncode


def test_an_instance_lasts_longer_than_its_program():
    with Instance(script="echo from the script") as instance:
        assert instance.said == b"ready\nbegin\n", instance.said
        assert instance.process.stdout.readline() == b"from the script\n"
        wait_until(lambda: instance.join("ps").out.count("{sh}") == 0)
        assert instance.process.poll() is None
        assert instance.stop() == 0


def test_an_instance_may_have_no_program():
    with Instance(argv=["-"]) as instance:
        assert instance.said == b"ready\nbegin\n", instance.said
        assert instance.join("hostname").out == "inside\n"
        assert instance.stop() == 0


def test_whoever_joins_is_in_all_namespaces_of_the_instance():
    kinds = "user pid ipc uts mnt net".split()
    script = "for n in %s; do readlink /proc/self/ns/$n; done" % " ".join(kinds)
    for fuse in False, True:
        parts = {}
        if fuse:
            try:
                parts = fuse_root()
            except Skip:
                continue
        with Instance(script=script + "; sleep 100", layer=("tmpfs", 0, "", ""), **parts) as instance:
            assert instance.said == b"ready\nbegin\n", instance.said
            first = [instance.process.stdout.readline().decode().strip() for _ in kinds]
            joined = instance.join("sh", "-c", script)
            assert joined.code == 0 and joined.out.split() == first, (fuse, joined, first)
            assert instance.join("id", "-u").out == f"{os.getuid()}\n"
            assert instance.join("touch", "/made").code == 0 and instance.join("test", "-e", "/made").code == 0


def test_whoever_joins_has_no_capabilities_and_new_privileges_are_off():
    with Instance(script="sleep 100") as instance:
        text = instance.join("grep", "-E", "Cap|NoNew", "/proc/self/status").out
        assert "CapEff:\t0000000000000000" in text and "CapBnd:\t0000000000000000" in text and "NoNewPrivs:\t1" in text, text


def test_statuses_and_signals_of_joined_programs_come_through():
    with Instance(script="sleep 100") as instance:
        assert instance.join("sh", "-c", "exit 7").code == 7
        assert instance.join("sh", "-c", "kill -TERM $$").code == -signal.SIGTERM
        refused_join = instance.join("nosuch")
        assert refused_join.code == 127 and "nosuch" in refused_join.err, refused_join
        records = [("join", instance.process.pid, instance.start), ("env", "PATH=/bin"), ("exec", "sh")]
        records += [("arg", a) for a in ("sh", "-c", "trap 'echo got; exit 3' USR1; echo ready; while :; do sleep 0.02; done")] + [("end",)]
        joined = subprocess.Popen([JOIN, plan_file(records)], stdout=subprocess.PIPE)
        assert joined.stdout.readline() == b"ready\n"
        joined.send_signal(signal.SIGUSR1)
        assert joined.stdout.readline() == b"got\n" and joined.wait(10) == 3
        joined.stdout.close()


def test_a_number_that_was_given_again_is_never_joined_nor_stopped():
    with Instance(script="sleep 100") as instance:
        refused(instance.join("true", start="1"), "instance has ended")
        right = instance.start
        instance.start = "1"
        assert instance.stop() == 3
        instance.start = right
        assert instance.process.poll() is None


def test_stopping_asks_first_and_kills_when_it_takes_too_long():
    with Instance(script="trap 'echo asked; exit' TERM; echo ready; while :; do sleep 0.02; done") as instance:
        assert instance.process.stdout.readline() == b"ready\n"
        assert instance.stop() == 0
        assert instance.process.stdout.readline() == b"asked\n"
    with Instance(script="trap '' TERM; echo ready; while :; do sleep 0.02; done") as instance:
        assert instance.process.stdout.readline() == b"ready\n"
        assert instance.stop(patience=100) == 2
        assert instance.process.wait(10) != 0


def test_what_cannot_start_is_told_to_the_starter():
    with Instance(argv=["nosuchcmd"]) as instance:
        assert b"nosuchcmd" in instance.said, instance.said
    with Instance(("bind", "/no/such/source", "/mnt", ""), script="true") as instance:
        assert b"/no/such/source" in instance.said, instance.said
        assert instance.process.wait(10) == 255


def test_without_leave_nothing_begins():
    with Instance(script="echo begun", leave=None) as instance:
        assert instance.said == b"ready\n"
        assert instance.process.wait(10) == 255 and instance.process.stdout.read() == b""


def test_killing_any_process_of_an_instance_ends_all_of_it():
    def inside(mark):
        return [int(p) for p in processes("sleep", mark)]

    for victim in "outside", "init":
        mark = f"8{random.randrange(10**6):06}"
        with Instance(script=f"echo ready; sleep {mark} & sleep {mark}; true") as instance:
            assert instance.process.stdout.readline() == b"ready\n"
            wait_until(lambda: len(inside(mark)) == 3)
            outside = instance.process.pid
            init = int(subprocess.run(["pgrep", "-P", str(outside)], capture_output=True, check=True).stdout)
            os.kill(outside if victim == "outside" else init, signal.SIGKILL)
            instance.process.wait(10)
            wait_until(lambda: not inside(mark), what="something lives on")


def test_those_inside_cannot_open_what_joins_or_keeps_them():
    with Instance(script="sleep 100") as instance:
        text = instance.join("sh", "-c", "cat /proc/1/exe >/dev/null 2>&1 && echo open; readlink /proc/1/exe; echo done").out
        assert text == "done\n", text


def test_plans_are_for_one_of_the_two_programs():
    join = [("join", 1, 1), ("exec", "x"), ("arg", "x"), ("end",)]
    refused(launch(join), "berth-join")
    result = Result(subprocess.run([JOIN, plan_file(plan())], capture_output=True))
    refused(result, "berth-launch")
    refused(launch([("join", 1, 1), ("root", "dir", "/", 0), *join[1:]]), "no records of namespaces")
    refused(launch(plan(after=[("instance", 3)])), "`instance` needs `init`")


def unified():
    """Where cgroup v2 is mounted."""
    for entry in open("/proc/self/mounts"):
        _, path, kind = entry.split()[:3]
        if kind == "cgroup2":
            return path
    raise Skip("no cgroup v2 is mounted")


def test_a_launch_and_those_who_join_enter_their_control_group():
    group = os.path.join(unified(), f"berth-test-{os.getpid()}-{random.randrange(10**6)}")
    need(IS_ROOT, "only root may make a control group anywhere")
    try:
        os.mkdir(group)
    except OSError as reason:
        raise Skip(f"no control group can be made ({reason})")
    try:
        show = "grep ^0:: /proc/self/cgroup"
        before = [*SPACES, ("control-group", group)]
        assert out(PROC, before=before, script=show).strip().endswith(os.path.basename(group))
        with Instance(script="sleep 100") as instance:
            joined = instance.join("sh", "-c", show, before=[("control-group", group)])
            assert joined.out.strip().endswith(os.path.basename(group)), joined
    finally:
        wait_until(lambda: open(os.path.join(group, "cgroup.procs")).read() == "")
        os.rmdir(group)


def test_a_control_group_that_cannot_be_entered_ends_the_launch():
    refused(launch(plan(before=[("control-group", "/no/such/group")])), "/no/such/group", "control group")
    refused(launch(plan(before=[("control-group", fresh("group"))])), "control group")


def test_an_instance_may_run_as_another_user_of_its_namespace():
    parts = {"userns": "none"} if IS_ROOT else {"userns": "ranges", "maps": ranges()}
    with Instance(script="id -u; sleep 100", after=[("setid", 33, 33)], **parts) as instance:
        assert instance.said == b"ready\nbegin\n", instance.said
        assert instance.process.stdout.readline() == b"33\n"
        assert instance.join("id", "-u", after=[("setid", 33, 33)]).out == "33\n"
        assert instance.stop() == 0
