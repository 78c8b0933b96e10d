"""berth-node: orders that are no orders, places that are not safe, holders and how they are handed over, loop devices."""
import fcntl, os, stat, subprocess
from harness import *

NODE = os.path.join(BUILD, "berth-node")


def order(folder, steps=(), uid=65534, same="setup", launcher=LAUNCH, head=b"BERTHNODE1\n", tail=b"end\0"):
    text = head + b"".join(str(word).encode() + b"\0" for word in ("holder", folder, uid, launcher, same))
    for name, *words in steps:
        body = words.pop() if isinstance(words[-1], bytes) else b""
        length = [len(body)] if name in ("file", "launch") else []
        text += b"".join(str(word).encode() + b"\0" for word in (name, *words, *length)) + body
    return text + tail


SETUP = ("file", "setup", b"one")


def node(*words, **more):
    done = subprocess.run([NODE, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, **more)
    return Result(done)


def place():
    need(IS_ROOT, "only root sets up nodes")
    # Nothing above it may be open to others; the folder of all tests lies in /tmp, where the sticky bit keeps names safe.
    return os.path.join(fresh("node"), "holder")


def release(folder, milliseconds="5000"):
    return node("release", folder, milliseconds)


def mounts_below(folder):
    return [line for line in open("/proc/self/mounts") if line.split()[1].startswith(folder)]


def test_an_order_that_is_not_whole_is_refused_before_anything_is_done():
    folder = place()
    whole = order(folder, [SETUP, ("launch", b"plan"), ("cache", "c", "/x/y", 1, "/bin/true", 5)])
    for length in range(0, len(whole), 3):
        refused(node("setup", input=whole[:length]), "bad order")
    assert not os.path.exists(folder)


def test_orders_that_say_what_cannot_be_are_refused():
    folder = place()
    wrong = [
        order(folder, [SETUP], uid=0), order(folder, [SETUP], uid=-1), order(folder, [SETUP], uid=2**32), order(folder, [SETUP], uid="x"),
        order("relative", [SETUP]), order("/", [SETUP]), order(folder, [SETUP], launcher="berth-launch"), order(folder, []),
        order(folder, [SETUP], same="other"), order(folder, [SETUP], same="../setup"), order(folder, [("file", "a/b", b""), SETUP]),
        order(folder, [("file", ".", b""), SETUP]), order(folder, [("file", "", b""), SETUP]), order(folder, [("what", "x"), SETUP]),
        order(folder, [("cache", "c", "relative", 1, "/bin/true", 5), SETUP]), order(folder, [("cache", "c", "/x", "1k", "/bin/true", 5), SETUP]),
        order(folder, [SETUP], tail=b"end\0more"), order(folder, [SETUP] * 300), order(folder, [SETUP], head=b"BERTHPLAN1\n"),
    ]
    for text in wrong:
        refused(node("setup", input=text), "bad order")
    assert not os.path.exists(folder)


def test_words_of_a_call_that_are_none_are_refused():
    for words in ([], ["what"], ["setup", "x"], ["release"], ["release", "relative", "0"]):
        refused(node(*words, stdin=subprocess.DEVNULL), "usage")


def test_a_holder_is_the_users_and_nobody_can_change_it():
    folder = place()
    assert node("setup", input=order(folder, [SETUP])).code == 0
    about = os.stat(folder)
    assert (about.st_uid, about.st_gid, stat.S_IMODE(about.st_mode)) == (65534, 0, 0o500), about
    assert sorted(os.listdir(folder)) == ["image", "root", "setup"] and open(os.path.join(folder, "setup")).read() == "one"
    for change in (lambda: write(os.path.join(folder, "x"), ""), lambda: os.chmod(folder, 0o700), lambda: os.rmdir(os.path.join(folder, "root"))):
        try:
            change()
        except OSError as error:
            assert error.errno == 30, error
        else:
            raise AssertionError("root could change a sealed holder")
    options = mounts_below(folder)[0].split()[3].split(",")
    assert {"ro", "nosuid", "nodev", "noexec"} <= set(options), options
    assert release(folder).code == 0 and not os.path.exists(folder) and not mounts_below(folder)
    assert release(folder).code == 3


def test_the_same_order_again_does_nothing_and_another_one_is_refused():
    folder = place()
    assert node("setup", input=order(folder, [SETUP])).code == 0
    before = os.stat(folder).st_dev
    assert node("setup", input=order(folder, [SETUP])).code == 3
    for other in (b"two", b"on", b"one ", b""):
        assert node("setup", input=order(folder, [("file", "setup", other)])).code == 4
    assert node("setup", input=order(folder, [SETUP], uid=65533)).code == 4
    assert os.stat(folder).st_dev == before
    release(folder)


def test_no_holder_is_made_below_what_others_may_change():
    folder = place()
    open_to_all, foreign = fresh("open"), fresh("foreign")
    os.chmod(open_to_all, 0o777)
    os.chown(foreign, 65534, 65534)
    for parent in (open_to_all, foreign):
        refused(node("setup", input=order(os.path.join(parent, "x"), [SETUP])), "may be changed by others than root")
        os.mkdir(os.path.join(parent, "inner"))
        refused(node("setup", input=order(os.path.join(parent, "inner/x"), [SETUP])), "may be changed by others than root")
        refused(release(os.path.join(parent, "x")), "may be changed by others than root")
    link = os.path.join(fresh("link"), "to")
    os.symlink(os.path.dirname(folder), link)
    refused(node("setup", input=order(os.path.join(link, "x"), [SETUP])), f"{link} is a link")
    refused(release(os.path.join(link, "x")), f"{link} is a link")
    assert not os.path.exists(folder) and os.listdir(os.path.dirname(folder)) == []


def test_a_holder_is_read_only_for_everybody_before_it_is_handed_over():
    folder = place()
    hook = write(os.path.join(TEMP, "writing-to-holder"), f"touch {folder}/x || test -w {folder} || exit 0; exit 1\n")
    root = ("launch", encode([("userns", "none"), ("root", "dir", shared_root(), 0), ("layer", "tmpfs", 0, "", ""), ("root-hook", hook), ("publish", folder + "/root"), ("end",)]))
    result = node("setup", input=order(folder, [root, SETUP]))
    assert result.code == 0 and "Read-only" in result.err and release(folder).code == 0, result


def test_programs_that_are_started_hold_the_lock():
    folder, seen = place(), os.path.join(TEMP, "lock-seen")
    # The hook's parent is the launcher, which a node whose berth-node was killed has to end before the next one begins.
    hook = write(os.path.join(TEMP, "looking"), f"ls -l /proc/$PPID/fd >{seen}\n")
    root = ("launch", encode([("userns", "none"), ("root", "dir", shared_root(), 0), ("layer", "tmpfs", 0, "", ""), ("root-hook", hook), ("publish", folder + "/root"), ("end",)]))
    assert node("setup", input=order(folder, [root, SETUP])).code == 0
    assert release(folder).code == 0 and f"{folder}.lock\n" in open(seen).read(), open(seen).read()


def test_a_failing_step_leaves_nothing():
    folder = place()
    steps = [SETUP, ("launch", encode([("userns", "none"), ("root", "dir", "/nowhere", 0), ("publish", folder + "/root"), ("end",)]))]
    result = node("setup", input=order(folder, steps))
    assert result.code == 1 and "cannot open the image directory /nowhere" in result.err, result
    assert not os.path.exists(folder) and not os.path.exists(folder + ".lock") and not mounts_below(folder)
    result = node("setup", input=order(folder, [SETUP, ("launch", b"x")], launcher="/nowhere/launch"))
    assert result.code != 0 and "/nowhere/launch" in result.err, result
    assert not os.path.exists(folder)


def test_a_foreign_mount_or_a_file_in_its_place_is_not_taken_for_a_holder():
    folder = place()
    os.mkdir(folder)
    write(os.path.join(folder, "file"), "kept")
    result = node("setup", input=order(folder, [SETUP]))
    assert result.code != 0 and open(os.path.join(folder, "file")).read() == "kept", result
    result = release(folder)
    assert result.code == 255 and "cannot remove" in result.err and os.path.exists(os.path.join(folder, "file")), result


def test_a_name_with_a_space_and_a_newline_is_a_name():
    folder = place() + " a\nb"
    assert node("setup", input=order(folder, [SETUP, ("launch", encode([("userns", "none"), ("root", "kernel", image(), 64), ("layer", "none", 0, "", ""), ("publish", folder + "/image"), ("end",)]))])).code == 0
    assert os.path.exists(os.path.join(folder, "image/bin/busybox"))
    assert release(folder).code == 0 and not os.path.exists(folder)


def test_the_image_has_its_loop_device_until_the_release():
    folder = place()
    plan = encode([("userns", "none"), ("root", "kernel", image(), 64), ("layer", "none", 0, "", ""), ("publish", folder + "/image"), ("end",)])
    assert node("setup", input=order(folder, [SETUP, ("launch", plan)])).code == 0
    number = os.minor(os.stat(os.path.join(folder, "image")).st_dev)
    handle = os.open(os.path.join(folder, "image/bin/busybox"), os.O_RDONLY)
    held = release(folder, "50")
    assert (held.code, held.out) == (0, f"pinned {number}\n"), held
    os.close(handle)
    wait_until(lambda: not os.path.exists(f"/sys/block/loop{number}/loop/backing_file") or image() not in open(f"/sys/block/loop{number}/loop/backing_file").read())


def test_launches_get_a_user_namespace_whatever_its_owner_does_to_its_process():
    folder, uid, gid = place(), 64123, 64124
    steps = order(folder, [("namespace", "userns", gid), SETUP], uid=uid)
    for signal in "STOP", "KILL":
        # Kept running by a shell, which its own signal spares; a number that nobody else here has.
        with subprocess.Popen(["/bin/sh", "-c", f"while :; do kill -{signal} -1; done"], user=uid, group=gid, extra_groups=[], stderr=subprocess.DEVNULL) as hostile:
            try:
                for _ in range(10):
                    result = node("setup", input=steps)
                    assert result.code == 0 and result.err == "" and release(folder).code == 0, result
            finally:
                hostile.kill()
    assert node("setup", input=steps).code == 0
    maps = "cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups"
    seen = subprocess.run(["nsenter", f"--user={folder}/userns", "--preserve-credentials", "sh", "-c", maps], capture_output=True, text=True)
    assert release(folder).code == 0 and seen.stdout.split() == [str(uid), str(uid), "1", str(gid), str(gid), "1", "deny"], seen


def test_one_call_waits_for_the_other():
    folder = place()
    with open(folder + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = subprocess.Popen([NODE, "setup"], stdin=subprocess.PIPE)
        waiting.stdin.write(order(folder, [SETUP]))
        waiting.stdin.close()
        # It is asleep: its order has been read, so it is for the lock.
        wait_until(lambda: open(f"/proc/{waiting.pid}/stat").read().split()[2] == "S" and os.path.exists(f"/proc/{waiting.pid}/fd/3"))
        assert waiting.poll() is None and not os.path.exists(folder)
    assert waiting.wait(timeout=20) == 0 and os.path.exists(folder)
    assert release(folder).code == 0 and not os.path.exists(folder + ".lock")
