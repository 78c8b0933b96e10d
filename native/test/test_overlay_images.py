"""Overlay images: what an ext file system or a squashfs adds to a container, and that nothing of it stays behind."""
import os, signal, subprocess, sys
from harness import *
from test_identity import ranges

MIB = 1 << 20


def ext(size=64, offset=0, kind="ext3", files=()):
    """A new overlay image with upper/ and work/, behind `offset` bytes."""
    maker, tree = program("mke2fs"), fresh("tree")
    for folder in "upper", "work":
        os.mkdir(os.path.join(tree, folder))
    for name, text in files:
        os.makedirs(os.path.dirname(os.path.join(tree, name)), exist_ok=True)
        write(os.path.join(tree, name), text)
    path = os.path.join(fresh("overlay"), "layer.img")
    with open(path, "wb") as file:
        file.truncate(offset + size * MIB)
    more = ["-E", f"offset={offset}"] if offset else []
    subprocess.run([maker, "-q", "-F", "-t", kind, "-d", tree, *more, path, f"{size}M"], check=True)
    return path


def programs():
    squashfuse()  # the device
    found = [("fuse2fs-program", program("fuse2fs")), ("fuse-overlayfs-program", program("fuse-overlayfs"))]
    return found + [("e2fsck-program", program("e2fsck"))]


def image_record(path, kind="ext-rw", offset=0, size=0):
    return ("overlay-image", kind, path, offset, size or os.path.getsize(path) - offset)


def with_images(*records, upper="", lowers="", layer="dirs", **parts):
    parts.setdefault("root", ("dir", shared_root(), 0))
    extra = parts.pop("extra", [])
    return dict(parts, extra=[*extra, *programs(), *records], layer=(layer, 0, upper, lowers))


def kinds():
    """Every way of being somebody in a container, and of having the image."""
    fuse = fuse_root()
    yield "self", {"userns": "self"}
    yield "self, fuse", {"userns": "self", **fuse}
    try:
        maps = ranges()
        yield "ranges, fuse", {"userns": "ranges", "before": maps, "after": [("caps", "namespace")], **fuse}
    except Skip:
        pass
    yield "root, fuse", {"userns": "root", "after": [("caps", "namespace")], **fuse}
    if IS_ROOT:
        yield "none", {"userns": "none"}
        yield "none, fuse", {"userns": "none", **fuse}


def servers(path):
    """Processes that serve the image file: it is their fourth descriptor."""
    return [pid for pid in processes("fuse2fs") if opened(pid, 3) == path]


def opened(pid, number):
    try:
        return os.readlink(f"/proc/{pid}/fd/{number}")
    except OSError:
        return None  # It ends, or is not ours.


def wait_closed(path):
    wait_until(lambda: not servers(path), what="the server of the overlay goes on")


def is_sound(path, offset=0):
    wait_closed(path)
    name = path if offset == 0 else f"{path}?offset={offset}"
    done = subprocess.run([program("e2fsck"), "-fn", name], capture_output=True)
    return done.returncode == 0


def test_changes_are_kept_in_the_image_and_seen_by_the_next_launch():
    for name, parts in kinds():
        path = ext()
        first = out(**with_images(image_record(path), upper="image:0", **parts),
                    script="echo one > /new; mkdir /opt/d; echo two > /opt/d/f; busybox rm /etc/hosts; busybox rm -r /usr/share; mkdir /usr/share; ls /usr; id -u")
        who = str(os.getuid()) if parts["userns"] in ("self", "none") else "0"
        assert first == f"share\n{who}\n", (name, first)
        wait_closed(path)
        second = out(**with_images(image_record(path), upper="image:0", **parts), script="cat /new /opt/d/f; ls /etc; stat -c %u /new /opt")
        assert second == f"one\ntwo\n{who}\n{who}\n", (name, second)
        assert is_sound(path), name


def test_owners_inside_subordinate_ranges_are_kept_and_another_user_may_write():
    maps, path = ranges(), ext()
    parts = with_images(image_record(path), upper="image:0", userns="ranges", before=maps, **fuse_root())
    out(**parts, after=[("caps", "namespace")], script="mkdir /home; busybox chown 33:34 /home")
    wait_closed(path)
    assert out(**parts, after=[("setid", 33, 34)], script="echo mine > /home/f; stat -c %u:%g /home/f /bin; touch /no 2>/dev/null || echo refused") == "33:34\n0:0\nrefused\n"
    assert is_sound(path)


def test_a_readonly_image_shows_its_files_and_hides_what_it_deleted():
    for name, parts in kinds():
        path = ext()
        out(**with_images(image_record(path), upper="image:0", **parts), script="echo one > /new; busybox rm /etc/hosts")
        wait_closed(path)
        before = open(path, "rb").read()
        text = out(**with_images(image_record(path, "ext-ro"), lowers="image:0", **parts), script="cat /new; ls /etc; touch /x 2>&1; true")
        assert text == "one\ntouch: /x: Read-only file system\n", (name, text)
        wait_closed(path)
        assert open(path, "rb").read() == before, name


def test_a_partition_inside_a_larger_file_serves_as_well():
    path = ext(offset=MIB)
    for text, script in ("", "echo here > /new"), ("here\n", "cat /new"):
        assert out(**with_images(image_record(path, offset=MIB), upper="image:0", userns="self"), script=script) == text
        assert is_sound(path, MIB)
    assert open(path, "rb").read(MIB) == bytes(MIB)


def test_images_and_directories_stack_top_first():
    top, low, folder = ext(files=[("upper/a", "top\n"), ("upper/b", "top\n")]), ext(files=[("upper/c", "low\n"), ("upper/b", "low\n")]), fresh("dir")
    write(os.path.join(folder, "b"), "dir\n"), write(os.path.join(folder, "c"), "dir\n"), write(os.path.join(folder, "d"), "dir\n")
    os.chmod(folder, 0o755)
    text = out(**with_images(image_record(top, "ext-ro"), image_record(low, "ext-ro"), lowers=f"image:0\n{folder}\nimage:1", userns="self"), script="cat /a /b /c /d")
    assert text == "top\ntop\ndir\ndir\n", text
    upper = ext()
    text = out(**with_images(image_record(upper), image_record(low, "ext-ro"), upper="image:0", lowers="image:1", userns="self"), script="echo more >> /b; cat /b /c")
    assert text == "low\nmore\nlow\n", text


def test_a_squashfs_layer_needs_no_merging_and_may_have_an_upper_folder():
    maker = program("mksquashfs")
    for prefix in "", "upper/":
        tree = fresh("tree")
        os.chmod(tree, 0o755)
        os.makedirs(os.path.join(tree, prefix + "opt"))
        write(os.path.join(tree, prefix + "opt/extra"), "squash\n")
        path = os.path.join(fresh("overlay"), "layer.squashfs")
        subprocess.run([maker, tree, path, "-all-root", "-quiet", "-no-progress"], check=True, stdout=subprocess.DEVNULL)
        for name, parts in kinds():
            extra = parts.get("extra", []) or [("fuse-program", squashfuse())]
            text = out(**{**parts, "root": parts.get("root", ("dir", shared_root(), 0)), "extra": extra + [image_record(path, "squashfs")], "layer": ("dirs", 0, "", "image:0")}, script="cat /opt/extra; ls /opt")
            assert text == "squash\ndeep\nextra\n", (name, prefix, text)


def test_a_temporary_layer_lies_over_readonly_images():
    path = ext(files=[("upper/a", "kept\n")])
    text = out(**with_images(image_record(path, "ext-ro"), lowers="image:0", layer="tmpfs", userns="self"), script="echo more >> /a; cat /a")
    assert text == "kept\nmore\n", text
    text = out(**with_images(image_record(path, "ext-ro"), lowers="image:0", layer="tmpfs", userns="self"), script="cat /a")
    assert text == "kept\n", text


def test_missing_mount_points_appear_over_readonly_images_too():
    path, source = ext(files=[("upper/a", "kept\n")]), fresh("source")
    write(os.path.join(source, "f"), "bound\n")
    text = out(("bind", source, "/not/there", "ro"), ("file", "/etc/made", "644", "made\n"), **with_images(image_record(path, "ext-ro"), lowers="image:0", userns="self"), script="cat /a /not/there/f /etc/made")
    assert text == "kept\nbound\nmade\n", text


def held(path, kind="ext-rw", **parts):
    """A container that holds the image, and says when it runs."""
    where = {"upper": "image:0"} if kind == "ext-rw" else {"lowers": "image:0"}
    child = subprocess.Popen([LAUNCH, plan_file(plan(**with_images(image_record(path, kind), userns="self", **where, **parts), script="echo up; sleep 60"))],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout.readline() == b"up\n", child.stderr.read()
    return child


def end(child, path):
    child.kill()
    child.wait()
    wait_closed(path)


def test_a_second_writer_is_refused_and_the_first_is_named():
    path = ext()
    child = held(path)
    try:
        refused(launch(plan(**with_images(image_record(path), upper="image:0", userns="self"))), path, f"process {child.pid} (", ":ro")
        refused(launch(plan(**with_images(image_record(path, "ext-ro"), lowers="image:0", userns="self"))), path, f"process {child.pid} (")
    finally:
        end(child, path)
    assert out(**with_images(image_record(path), upper="image:0", userns="self"), script="echo free") == "free\n"


def test_a_launch_waits_for_one_that_has_just_ended_to_write_back():
    path = ext()
    parts = with_images(image_record(path), upper="image:0", userns="self")
    for number in range(8):
        assert out(**parts, script=f"echo {number} > /n{number}; busybox ls / | grep -c '^n[0-9]'") == f"{number + 1}\n"


LOCK_AND_GROW = """
import fcntl, struct, sys, time
file = open(sys.argv[1], "r+b")
fcntl.fcntl(file, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
much = bytearray(b"x") * (512 << 20)
print("up", flush=True)
time.sleep(60)
"""


def test_a_launch_waits_for_a_process_that_is_just_giving_its_memory_back():
    path = ext()
    records = plan(**with_images(image_record(path), upper="image:0", userns="self"), script="echo free")
    child = subprocess.Popen([sys.executable, "-c", LOCK_AND_GROW, path], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"up\n"
    child.kill()
    while os.path.exists(f"/proc/{child.pid}/exe"):
        pass
    result = launch(records)
    child.wait()
    assert result.out == "free\n" and result.err == "", result


def test_many_may_read_one_image_at_once_and_none_may_then_write():
    path = ext()
    children = [held(path, "ext-ro"), held(path, "ext-ro")]
    try:
        refused(launch(plan(**with_images(image_record(path), upper="image:0", userns="self"))), path, "process")
    finally:
        for child in children:
            child.kill(), child.wait()
        wait_closed(path)


def test_nothing_stays_mounted_or_locked_when_the_container_is_killed():
    for before in [], [("unshare", "pid")]:
        path = ext()
        child = held(path, before=before)
        end(child, path)
        assert is_sound(path)


def test_a_launcher_killed_at_any_moment_leaves_no_server():
    path = ext()
    for delay in range(0, 60, 4):
        child = subprocess.Popen([LAUNCH, plan_file(plan(**with_images(image_record(path), upper="image:0", userns="self"), script="sleep 60"))], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            child.wait(delay / 1000)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        wait_closed(path)
    assert out(**with_images(image_record(path), upper="image:0", userns="self"), script="echo sound") == "sound\n"


def test_an_image_whose_server_was_killed_is_mended_at_the_next_use():
    path = ext()
    child = held(path)
    for pid in servers(path):
        os.kill(pid, signal.SIGKILL)
    end(child, path)
    assert out(**with_images(image_record(path), upper="image:0", userns="self"), script="touch /a; echo mended") == "mended\n"
    assert is_sound(path)


def test_what_cannot_be_used_is_named():
    text = write(os.path.join(fresh("junk"), "junk.img"), "no file system\n" * 1000)
    refused(launch(plan(**with_images(image_record(text), upper="image:0", userns="self"))), text)
    refused(launch(plan(**with_images(("overlay-image", "ext-rw", "/nonexistent", 0, 1), upper="image:0", userns="self"))), "/nonexistent", "No such file")


def test_plans_that_contradict_themselves_are_refused():
    def check(word, *extra, upper="", lowers="", with_programs=True):
        found = [("fuse2fs-program", "/f"), ("fuse-overlayfs-program", "/o")] if with_programs else []
        refused(launch(plan(userns="self", extra=[*found, *extra], layer=("dirs", 0, upper, lowers))), word)

    check("not there", upper="image:0"), check("not there", lowers="/a\nimage:3")
    check("needs `fuse2fs-program`", ("overlay-image", "ext-rw", "/f", 0, 0), upper="image:0", with_programs=False)
    check("needs `fuse-program`", ("overlay-image", "squashfs", "/f", 0, 0), lowers="image:0")
    check("UPPER image", ("overlay-image", "ext-ro", "/f", 0, 0), upper="image:0")
    check("LOWERS", ("overlay-image", "ext-rw", "/f", 0, 0), lowers="image:0")
    check("absolute path", upper="image:99"), check("absolute path", upper="image:"), check("overlay images", lowers="image:x")
    check("word", ("overlay-image", "xfs", "/f", 0, 0), lowers="/a"), check("beyond", ("overlay-image", "ext-ro", "/f", 2**62, 2**63 - 1), lowers="image:0")


def test_programs_of_an_image_of_another_owner_run_below_a_temporary_layer():
    path = ext(files=[("upper/a", "kept\n")])
    for name, parts in kinds():
        for layer in "tmpfs", "dirs":
            text = out(("dir", "/not/there", "755"), **with_images(image_record(path, "ext-ro"), lowers="image:0", layer=layer, **parts), script="busybox cat /a")
            assert text == "kept\n", (name, layer, text)
