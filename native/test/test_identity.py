"""Who the payload is and what it has inherited."""
import os, pwd, signal, socket, subprocess
from harness import *

STATUS = "grep -E '^(Cap|NoNewPrivs|SigIgn|SigBlk)' /proc/self/status | tr -d ' \\t'"
PROC = ("proc", "/proc")
NO_CAPS = [f"Cap{name}:{'0' * 16}" for name in ("Inh", "Prm", "Eff", "Bnd", "Amb")]


def ranges():
    program("newuidmap")
    name = pwd.getpwuid(os.getuid()).pw_name
    found = {}
    for kind in "uid", "gid":
        lines = [line.strip().split(":") for line in open(f"/etc/sub{kind}")] if os.path.exists(f"/etc/sub{kind}") else []
        found[kind] = next(((first, count) for who, first, count in lines if who in (name, str(os.getuid()))), None)
    need(found["uid"] and found["gid"], f"no subordinate ids for {name}")
    return [("idmap", "u", 0, os.getuid(), 1), ("idmap", "u", 1, *found["uid"]), ("idmap", "g", 0, os.getgid(), 1), ("idmap", "g", 1, *found["gid"])]


def test_no_capability_is_left_and_none_can_be_gained():
    for userns in ["self", "root"] + (["none"] if IS_ROOT else []):
        lines = out(PROC, userns=userns, script=STATUS).split()
        assert lines[2:] == NO_CAPS + ["NoNewPrivs:1"], (userns, lines)


def test_signals_ignored_and_blocked_by_the_caller_are_reset():
    def habits():
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD, signal.SIGINT, 64):
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGUSR1, 34])

    result = launch(plan(PROC, script=STATUS), preexec_fn=habits, restore_signals=False)
    assert f"SigBlk:{'0' * 16}" in result.out and f"SigIgn:{'0' * 16}" in result.out, result


def test_the_caller_keeps_its_number_or_becomes_0():
    assert out(PROC, userns="self", script="id -u; id -g; cat /proc/self/setgroups") == f"{os.getuid()}\n{os.getgid()}\ndeny\n"
    assert out(userns="root", script="id -u; id -g") == "0\n0\n"


def test_ranges_map_subordinate_ids_and_setid_becomes_one():
    maps = ranges()
    assert out(PROC, userns="ranges", before=maps, script="id -u; cat /proc/self/uid_map | wc -l") == "0\n2\n"
    lines = out(PROC, userns="ranges", before=maps, after=[("setid", 33, 34)], script="id -u; id -g; " + STATUS).split()
    assert lines[:2] == ["33", "34"] and lines[4:] == NO_CAPS + ["NoNewPrivs:1"], lines


def test_another_user_of_the_container_reads_a_private_fuse_image():
    maps = ranges()
    text = out(userns="ranges", before=maps, after=[("setid", 33, 34)], **fuse_root(), script="id -u; cat /etc/hosts; stat -c %u /bin")
    assert text == "33\nthe image's\n0\n", text


def test_launches_share_a_namespace_that_is_made_for_their_group():
    program("unshare")
    with subprocess.Popen(["unshare", "--user", "--map-current-user", "sh", "-c", "echo; exec sleep 60"], stdout=subprocess.PIPE) as other:
        try:
            other.stdout.read(1)
            path = f"/proc/{other.pid}/ns/user"
            script = "readlink /proc/self/ns/user; id -u; " + STATUS
            shared = out(PROC, userns="self", before=[("user-namespace", path, os.getgid())], script=script).split()
            assert shared[0] == os.readlink(path) and shared[1] == str(os.getuid()) and shared[4:] == NO_CAPS + ["NoNewPrivs:1"], shared
            apart = out(PROC, userns="self", before=[("user-namespace", path, os.getgid() + 1)], script=script).split()
            assert apart[0] != os.readlink(path) and apart[1:] == shared[1:], apart
        finally:
            other.kill()
    assert "cannot open the user namespace" in launch(plan(userns="self", before=[("user-namespace", "/nowhere", os.getgid())])).err
    assert "cannot enter the user namespace" in launch(plan(userns="self", before=[("user-namespace", "/etc/passwd", os.getgid())])).err


def test_fakeroot_may_change_owners_inside():
    maps = ranges()
    text = out(("tmpfs", "/tmp", 0, 1777), userns="ranges", before=maps, after=[("caps", "namespace")], script="touch /tmp/a && busybox chown 5:6 /tmp/a && stat -c %u:%g /tmp/a")
    assert text == "5:6\n", text


def test_impossible_ranges_are_explained():
    program("newuidmap")
    need(not IS_ROOT, "root may map anything")
    maps = [("idmap", "u", 0, 0, 1), ("idmap", "g", 0, 0, 1)]
    result = launch(plan(userns="ranges", before=maps))
    assert result.code == 255 and "/etc/subuid" in result.err, result


def test_keep_caps_keeps_them_for_root_only():
    need(IS_ROOT, "needs root")
    lines = out(PROC, userns="none", after=[("keep-caps",)], script=STATUS).split()
    assert lines[4] != f"CapEff:{'0' * 16}" and "NoNewPrivs:1" in lines, lines


def test_real_root_becomes_a_user_without_its_groups():
    need(IS_ROOT, "needs root")
    text = out(PROC, userns="none", after=[("setid", 1234, 5678)], script="id; " + STATUS)
    assert "uid=1234 gid=5678" in text and "CapEff:" + "0" * 16 in text and text.count("0(") == 0, text


def test_groups_are_those_of_the_plan():
    need(IS_ROOT, "needs root")
    text = out(PROC, userns="none", after=[("setid", 1234, 5678), ("group", 20), ("group", 30)], script="id -G")
    assert sorted(text.split()) == ["20", "30", "5678"], text
    refused(launch(plan(after=[("group", 20)])), "setid")


def test_only_three_descriptors_and_the_kept_one_are_open():
    ours, other = socket.socketpair()
    with ours, other:
        records = plan(PROC, after=[("keep-fd", other.fileno())], script=f"ls /proc/self/fd; echo through >&{other.fileno()}")
        result = launch(records, pass_fds=[ours.fileno(), other.fileno()])
        # ls opens the directory it lists: with one descriptor kept that is the lowest free number.
        names = sorted(map(int, result.out.split()))
        lowest = next(n for n in range(3, 99) if n != other.fileno())
        assert names == sorted([0, 1, 2, other.fileno(), lowest]) and ours.recv(20) == b"through\n", result


def test_a_descriptor_that_the_caller_has_not_opened_cannot_be_kept():
    for number in range(3, 9):
        refused(launch(plan(after=[("keep-fd", number)], script="readlink /proc/self/fd/*")), "not open", str(number))


def test_environment_umask_limits_and_directory_are_the_plan_s():
    after = [("chdir", "/nonexistent"), ("chdir", "/opt/deep"), ("umask", "0027"), ("rlimit", "nofile", 77, 99), ("rlimit", "core", 0, "inf")]
    text = out(layer=("tmpfs", 0, "", ""), after=after, env=("PATH=/bin", "V=a 'b'\n$c"), script='echo "$V"; pwd; umask; ulimit -n; touch f; stat -c %a f; env | wc -l')
    assert text == "a 'b'\n$c\n/opt/deep\n0027\n77\n640\n5\n", text


def test_without_an_umask_record_the_caller_s_is_kept():
    assert launch(plan(script="umask"), preexec_fn=lambda: os.umask(0o37)).out == "0037\n"


def test_no_directory_to_start_in_is_an_error():
    refused(launch(plan(after=[("chdir", "/nonexistent")])), "/nonexistent")


def test_host_name_ipc_and_network_are_separate_when_asked():
    before = [("unshare", "uts"), ("unshare", "ipc"), ("unshare", "net"), ("unshare", "cgroup"), ("hostname", "inside")]
    text = out(PROC, before=before, script="hostname; wc -l < /proc/net/dev; busybox ip addr show lo 2>/dev/null | grep -c 'LOOPBACK,UP'")
    assert text.split() == ["inside", "3", "1"], text
    assert socket.gethostname() != "inside"


def test_nothing_of_the_host_s_root_is_reachable():
    text = out(PROC, script="ls /..; ls /proc/self/root/..; cat /proc/self/mountinfo | grep ' / / ' | wc -l")
    inside = sorted(os.listdir(shared_root()))
    assert text.split() == inside + inside + ["0"], text


def test_host_processes_cannot_be_traced_or_entered():
    victim = subprocess.Popen(["sleep", "60"])
    try:
        text = out(PROC, script=f"for f in root cwd exe mem fd; do cat /proc/{victim.pid}/$f >/dev/null 2>&1 && echo open $f; readlink /proc/{victim.pid}/$f >/dev/null && echo link $f; done; echo done")
        assert text == "done\n", text
    finally:
        victim.kill()
        victim.wait()


def test_when_user_namespaces_are_forbidden_the_cure_is_named():
    need(IS_ROOT, "needs root to forbid them")
    script = "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$0\" \"$@\""
    # Counted per user namespace: a namespace of the test's own is limited, the machine is not.
    wrapped = ["unshare", "-Urm", "sh", "-c", script, LAUNCH, plan_file(plan())]
    program("unshare")
    refused(Result(subprocess.run(wrapped, capture_output=True)), "max_user_namespaces", "berth doctor")
