"""berth-mount: one shared mount, retired without disturbing those who use it."""
import os, signal, subprocess
from harness import *


class Shared:
    """A private folder, and berth-mount for one key in it."""

    def __init__(self):
        squashfuse()
        program("fusermount3", "fusermount")
        self.folder = fresh("mnt")
        self.link = os.path.join(self.folder, "key")

    def mount(self, file=None, offset=64, idle=600, grace=0, **more):
        arguments = [MOUNT, file or image(), str(offset), self.link, "--idle", str(idle), "--grace", str(grace), "--squashfuse", squashfuse(), "--uid", str(os.getuid()), "--gid", str(os.getgid())]
        return Result(subprocess.run(arguments, capture_output=True, timeout=30, **more))

    def servers(self):
        # With its first flag: a random folder may have any letters, and the keeper names the program too.
        return processes("squashfuse_ll\0-f\0", self.folder)

    def keepers(self):
        return [pid for pid in processes("berth-mount", self.link)]

    def alive(self):
        return os.path.exists(os.path.join(self.link, "bin/busybox"))

    def launch(self, script):
        return subprocess.Popen([LAUNCH, plan_file(plan(root=("dir", self.link, 0), extra=[("touch", self.link + ".used"), ("expect-mount", self.link)], script=script))],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def end(self):
        for pid in self.keepers():
            os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not self.keepers() and not self.servers(), what="berth-mount does not end")
        assert [name for name in os.listdir(self.folder) if name not in ("key.lock", "key.used")] == [], os.listdir(self.folder)
        assert self.folder not in open("/proc/self/mountinfo").read()


def test_it_returns_when_the_mount_answers_and_holds_no_pipe():
    shared = Shared()
    assert shared.mount().code == 0 and shared.alive()
    assert shared.launch("cat /etc/hosts").communicate()[0] == b"the image's\n"
    assert shared.mount().code == 0 and len(shared.servers()) == 1
    wait_until(lambda: len(shared.keepers()) == 1)
    shared.end()


def test_many_starters_make_one_mount():
    shared = Shared()
    arguments = [MOUNT, image(), "64", shared.link, "--grace", "0", "--squashfuse", squashfuse()]
    starters = [subprocess.Popen(arguments, stderr=subprocess.PIPE) for _ in range(12)]
    assert all(starter.wait(30) == 0 for starter in starters) and shared.alive()
    wait_until(lambda: len(shared.keepers()) == 1)
    assert len(shared.servers()) == 1
    shared.end()


def test_an_idle_mount_goes_while_a_container_goes_on_using_it():
    shared = Shared()
    assert shared.mount(idle=1, grace=0).code == 0
    container = shared.launch("echo ready; cat >/dev/null; cat /etc/hosts; ls /bin | wc -l")
    container.stdin = None
    wait_until(lambda: not os.path.lexists(shared.link), what="the mount is not retired")
    wait_until(lambda: not shared.keepers())
    assert container.communicate(timeout=10)[0].startswith(b"ready\nthe image's\n")
    wait_until(lambda: not shared.servers(), what="squashfuse does not end with its last user")
    shared.end()


def test_a_clock_that_was_set_back_keeps_no_mount():
    shared = Shared()
    assert shared.mount(idle=1, grace=0).code == 0
    os.utime(shared.link + ".used", (4e9, 4e9))
    wait_until(lambda: not os.path.lexists(shared.link), what="the mount is kept until the time of its last use comes again")
    wait_until(lambda: not shared.keepers())  # a signal now could meet what is to unmount it
    shared.end()


def test_a_used_mount_stays():
    shared = Shared()
    assert shared.mount(idle=2, grace=0).code == 0
    for _ in range(6):
        assert shared.launch("sleep 0.6").wait(10) == 0
    assert shared.alive()
    shared.end()


def test_a_dead_server_and_a_link_to_nothing_are_replaced():
    shared = Shared()
    assert shared.mount().code == 0
    for pid in shared.keepers() + shared.servers():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not shared.servers() and not shared.alive())
    refused(Result(subprocess.CompletedProcess([], (failed := shared.launch("true")).wait(10), *failed.communicate())), "berth-mount")
    assert shared.mount().code == 0 and shared.alive()
    shared.end()
    os.symlink("key.0123456789abcdef", shared.link)
    os.mkdir(os.path.join(shared.folder, "key.0123456789abcdef"))
    refused(Result(subprocess.CompletedProcess([], (failed := shared.launch("true")).wait(10), *failed.communicate())), "not a mount point")
    assert shared.mount().code == 0 and shared.alive()
    shared.end()


def test_a_server_that_dies_is_noticed_by_its_keeper():
    shared = Shared()
    assert shared.mount().code == 0
    os.kill(shared.servers()[0], signal.SIGKILL)
    wait_until(lambda: not shared.keepers())
    shared.end()


def test_what_is_no_image_or_no_private_folder_is_refused():
    shared = Shared()
    junk = write(os.path.join(TEMP, "junk3"), "x" * 10000)
    refused(shared.mount(file=junk, offset=0), junk)
    refused(shared.mount(file="/nonexistent"), "/nonexistent")
    assert os.listdir(shared.folder) == ["key.lock"]
    os.chmod(shared.folder, 0o755)
    refused(shared.mount(), "0700")
    if not IS_ROOT:
        shared.link = "/tmp/key"
        refused(shared.mount(), "/tmp")
