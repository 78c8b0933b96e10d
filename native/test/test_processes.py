"""PID namespaces, signals, terminals, and that nothing stays behind."""
import os, pty, random, select, signal, subprocess, time
from harness import *

PID = [("unshare", "pid")]
PROC = ("proc", "/proc")
INIT = [("init",)]


def start(records, **more):
    return subprocess.Popen([LAUNCH, plan_file(records)], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, **more)


def line(process):
    return process.stdout.readline().decode().strip()


def test_the_payload_is_first_or_second_in_its_namespace():
    assert out(PROC, before=PID, script="echo $$; test -e /proc/self/stat && echo own") == "1\nown\n"
    assert out(PROC, before=PID, after=INIT, script="echo $$") == "2\n"


def test_exit_codes_and_signals_come_through_every_arrangement():
    for before, after in ([], []), (PID, []), (PID, INIT):
        assert launch(plan(before=before, after=after, script="exit 7")).code == 7
    assert launch(plan(script="kill -TERM $$")).code == -signal.SIGTERM
    assert launch(plan(before=PID, after=INIT, script="kill -TERM $$")).code == 128 + signal.SIGTERM


def test_signals_reach_the_payload():
    for before, after in ([], []), (PID, []), (PID, INIT):
        for number, word in (signal.SIGTERM, "TERM"), (signal.SIGINT, "INT"), (signal.SIGUSR1, "USR1"):
            process = start(plan(before=before, after=after, script=f"trap 'echo got; exit 3' {word}; echo ready; while :; do sleep 0.02; done"))
            assert line(process) == "ready"
            process.send_signal(number)
            assert line(process) == "got" and process.wait(10) == 3, (before, after, word)


def test_orphans_are_reaped_by_init():
    script = "(sleep 0.05 &) ; (true &) ; sleep 0.3; for n in $(seq 100); do ps -o stat | grep -q Z || break; sleep 0.1; done; ps -o stat | grep -c Z"
    result = launch(plan(PROC, before=PID, after=INIT, script=script))
    assert result.out == "0\n", result


def test_what_outlives_the_payload_in_a_pid_namespace_ends_with_it():
    out(before=PID, after=INIT, script="sleep 1000 >/dev/null 2>&1 &")


def test_killing_the_launcher_outside_ends_the_container():
    for after in [], INIT:
        mark = f"7{random.randrange(10**6):06}"
        process = start(plan(before=PID, after=after, script=f"echo ready; sleep {mark}; true"))
        assert line(process) == "ready"
        wait_until(lambda: processes("sleep", mark))
        process.kill()
        process.wait()
        wait_until(lambda: not processes(mark), what="the payload lives on")


def test_neither_shim_nor_launcher_can_be_opened_from_inside():
    text = out(PROC, before=PID, after=INIT, script="readlink /proc/1/exe; cat /proc/1/exe >/dev/null 2>&1 && echo open; cat /proc/1/mem 2>/dev/null; readlink /proc/self/exe; echo done")
    assert text == "/bin/busybox\ndone\n", text


def terminal(records):
    """Starts a plan as the foreground job of a new terminal."""
    path = plan_file(records)
    child, master = pty.fork()
    if child == 0:
        os.execv(LAUNCH, [LAUNCH, path])
    return child, master


def read_until(master, word):
    text = b""
    while word not in text:
        assert select.select([master], [], [], 10)[0], text
        text += os.read(master, 4096)
    return text


def test_ctrl_c_on_a_terminal_arrives_once():
    # The second one, if there is one, comes at once: it was sent when the first was.
    script = "n=0; trap 'n=$((n+1))' INT; echo ready; while [ $n = 0 ]; do sleep 0.02; done; sleep 0.2; echo count=$n."
    for before, after in ([], []), (PID, []), (PID, INIT):
        child, master = terminal(plan(before=before, after=after, script=script))
        read_until(master, b"ready")
        os.write(master, b"\x03")
        assert b"count=1." in read_until(master, b"."), (before, after)
        assert os.waitpid(child, 0)[1] == 0
        os.close(master)


def test_ctrl_z_stops_the_job_and_it_goes_on():
    for before, after in ([], []), (PID, INIT):
        path = plan_file(plan(before=before, after=after, script="trap 'echo finished; exit' CONT; echo ready; while :; do sleep 0.02; done"))
        child, master = pty.fork()
        if child == 0:  # the shell's part: a job of its own, waited for until it stops
            job = os.fork()
            if job == 0:
                os.setpgid(0, 0)
                signal.signal(signal.SIGTTOU, signal.SIG_IGN)
                os.tcsetpgrp(0, os.getpid())
                os.execv(LAUNCH, [LAUNCH, path])
            stopped = os.WIFSTOPPED(os.waitpid(job, os.WUNTRACED)[1])
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            os.tcsetpgrp(0, os.getpid())
            os.killpg(job, signal.SIGCONT)
            os._exit(0 if os.waitpid(job, 0)[1] == 0 and stopped else 9)
        read_until(master, b"ready")
        os.write(master, b"\x1a")
        read_until(master, b"finished")
        assert os.waitpid(child, 0)[1] == 0, (before, after)
        os.close(master)


def test_a_pipeline_ends_with_the_payload_though_a_fuse_server_was_started():
    process = start(plan(**fuse_root(), script="echo out"), stderr=subprocess.PIPE)
    assert process.communicate(timeout=30) == (b"out\n", b"")


def test_the_fuse_server_is_no_child_of_the_payload_and_ends_with_it():
    text = out(PROC, **fuse_root(), script="read children < /proc/$$/task/$$/children; echo none $children")
    assert text == "none\n", text
    wait_until(lambda: not processes("squashfuse_ll", image()), what="squashfuse lives on")


def test_a_file_that_is_no_image_is_said_to_be_none():
    junk = write(os.path.join(TEMP, "junk"), "x" * 10000)
    result = launch(plan(root=("fuse", junk, 0), extra=[("fuse-program", squashfuse())]))
    refused(result, junk)
    refused(launch(plan(root=("fuse", "/no/image", 64), extra=[("fuse-program", squashfuse())])), "/no/image")
    refused(launch(plan(root=("fuse", image(), 64), extra=[("fuse-program", "/no/squashfuse")])), "/no/squashfuse")


def test_closed_standard_streams_do_not_confuse_it():
    for parts in {}, fuse_root():
        process = subprocess.run(["sh", "-c", '"$0" "$1" <&- >&-', LAUNCH, plan_file(plan(("file", "/etc/f", 644, "x"), **parts, script="cat /etc/f >&2"))], capture_output=True, timeout=20)
        assert process.stderr == b"x" and process.returncode == 0, process


def test_the_kernel_mounts_an_image_for_root_and_frees_the_loop_device():
    need(IS_ROOT, "needs root")
    need(os.path.exists("/dev/loop-control"), "no loop devices here")
    need("squashfs" in open("/proc/filesystems").read(), "this kernel mounts no squashfs")
    parts = {"userns": "none", "root": ("kernel", image(), 64), "script": "cat /etc/hosts"}
    assert out(**parts) == "the image's\n"
    junk = write(os.path.join(TEMP, "junk2"), "x" * 10000)
    refused(launch(plan(userns="none", root=("kernel", junk, 0))), junk, "squashfs")
    wait_until(lambda: image() not in subprocess.run(["losetup", "-a"], capture_output=True, text=True).stdout)


def mounts():
    """What this test could leave in the host's table; others mount and unmount meanwhile."""
    return sorted(line for line in open("/proc/self/mountinfo") if TEMP in line or "/missing" in line)


def batch(path, count, at_once):
    running, failed = [], 0
    for _ in range(count):
        if len(running) == at_once:
            failed += running.pop(0).wait() != 0
        running.append(subprocess.Popen([LAUNCH, path], stdin=subprocess.DEVNULL))
    return failed + sum(process.wait() != 0 for process in running)


def test_a_thousand_launches_at_eight_a_time_leave_nothing():
    before = mounts()
    path = plan_file(plan(PROC, ("bind", "/tmp", "/missing/tmp", "rw"), ("file", "/etc/passwd", 644, "x"), argv=["/bin/true"]))
    assert batch(path, 1000, 8) == 0
    if IS_ROOT and "squashfs" in open("/proc/filesystems").read() and os.path.exists("/dev/loop-control"):
        assert batch(plan_file(plan(userns="none", root=("kernel", image(), 64), argv=["/bin/true"])), 60, 8) == 0
        wait_until(lambda: image() not in subprocess.run(["losetup", "-a"], capture_output=True, text=True).stdout)
    assert mounts() == before and not processes(LAUNCH)


def test_a_launcher_killed_at_any_moment_leaves_nothing():
    before, dice = mounts(), random.Random(4711)
    parts = {}
    try:
        parts = fuse_root()
    except Skip:
        pass
    path = plan_file(plan(PROC, ("bind", "/tmp", "/missing/tmp", "rw"), before=PID, after=INIT, script="sleep 0.01", **parts))
    for _ in range(120):
        process = subprocess.Popen([LAUNCH, path], stdin=subprocess.DEVNULL)
        time.sleep(dice.random() * 0.02)  # the moment is the test's subject
        process.kill()
        process.wait()
    wait_until(lambda: not processes(path) and not processes("squashfuse_ll", TEMP), what="something lives on")
    assert mounts() == before
