"""Where things are mounted: every target path works, and none leads out of the image."""
import os, shutil, threading
from harness import *


def source():
    folder = fresh("source")
    write(os.path.join(folder, "inside"), "from the host\n")
    return folder


def test_missing_directories_and_files_appear_nested_and_with_trailing_slashes():
    folder, file = source(), write(os.path.join(TEMP, "one"), "a file\n")
    for layer in ("auto", 0, "", ""), ("tmpfs", 1 << 20, "", ""):
        text = out(("bind", folder, "/new/deep/place//", "ro"), ("bind", file, "/etc/new.conf", "ro"), ("bind", folder, "/opt/deep/./more", "ro"),
                   layer=layer, script="cat /new/deep/place/inside /etc/new.conf /opt/deep/more/inside /etc/hosts; ls /opt")
        assert text == "from the host\na file\nfrom the host\nthe image's\ndeep\n", text


def test_a_fuse_image_gets_missing_targets_too():
    text = out(("bind", source(), "/etc/new/deep", "ro"), **fuse_root(), script="cat /etc/new/deep/inside /etc/hosts")
    assert text == "from the host\nthe image's\n", text


def test_targets_inside_earlier_mounts_are_made_there():
    text = out(("tmpfs", "/home", 1 << 20, 755), ("bind", source(), "/home/user/data", "ro"), ("dir", "/home/x/y", 700), ("link", "/home/l", "x"),
               ("file", "/home/f", 640, "a 'b' $c `d`\n\"e\""), script="cat /home/user/data/inside /home/f; stat -c %a /home/x/y /home/f; readlink /home/l")
    assert text == "from the host\na 'b' $c `d`\n\"e\"700\n640\nx\n", text


def test_links_of_the_image_are_followed_inside_it():
    root = rootfs()
    os.symlink("/usr/share/zone/UTC", os.path.join(root, "etc/dangling"))
    os.symlink("../../../../../../tmp/up", os.path.join(root, "etc/up"))
    file = write(os.path.join(TEMP, "zone"), "zone\n")
    text = out(("bind", file, "/etc/dangling", "ro"), ("bind", file, "/etc/up", "ro"), ("bind", source(), "/var/run/x", "ro"), root=("dir", root, 0),
               script="cat /usr/share/zone/UTC /tmp/up /run/x/inside")
    assert text == "zone\nzone\nfrom the host\n", text
    assert not os.path.exists("/tmp/up") and not os.path.exists(os.path.join(root, "tmp/up"))


def test_loops_are_refused_naming_the_path():
    root = rootfs()
    os.symlink("round", os.path.join(root, "round"))
    refused(launch(plan(("bind", source(), "/round/x", "ro"), root=("dir", root, 0))), "/round/x", "round in circles")


def test_mismatches_are_refused_naming_both_paths():
    folder, file = source(), write(os.path.join(TEMP, "two"), "")
    refused(launch(plan(("bind", folder, "/etc/hosts", "ro"))), folder, "/etc/hosts", "directory")
    refused(launch(plan(("bind", file, "/etc/hosts/x", "ro"))), "/etc/hosts/x", "file in the image")
    refused(launch(plan(("bind", "/nonexistent/source", "/mnt", "ro"))), "/nonexistent/source", "/mnt", "No such file")
    refused(launch(plan(("bind", folder, "/", "ro"))), "root of the container")
    refused(launch(plan(("bind", folder, "/etc/..", "ro"))), "root of the container")


def test_a_try_bind_without_source_is_skipped():
    assert out(("bind", "/nonexistent", "/skipped", "ro,try"), script="test -e /skipped || echo no") == "no\n"


def test_without_a_layer_a_missing_target_is_an_error():
    refused(launch(plan(("bind", source(), "/missing", "ro"), layer=("none", 0, "", ""))), "/missing", "read-only")


def test_the_host_s_whole_root_can_be_bound():
    host = sorted(name for name in os.listdir("/") if not name.startswith("."))
    for mounts in [], [("file", "/etc/f", 644, "x")], [("file", "/etc/hosts", 644, "x"), ("bind", "/", "/opt", "ro")]:
        text = out(*mounts, ("bind", "/", "/host/all", "ro"), script="ls /host/all; touch /host/all/tmp/x 2>/dev/null || echo refused")
        assert text.split() == host + ["refused"], text


def test_a_file_over_an_existing_one_needs_no_layer():
    for layer in ("none", 0, "", ""), ("auto", 0, "", ""):
        assert out(("file", "/etc/hosts", 644, "new\n"), ("proc", "/proc"), layer=layer, script="cat /etc/hosts; grep -c overlay /proc/self/mountinfo; ls / | wc -l").split()[:2] == ["new", "0"]


def test_a_read_only_bind_is_read_only_and_a_writable_one_is_not():
    folder = source()
    text = out(("bind", folder, "/opt", "ro"), ("bind", folder, "/tmp", "rw"), script="touch /opt/a 2>/dev/null || echo refused; touch /tmp/b && ls /opt")
    assert text == "refused\nb\ninside\n", text


def test_the_image_is_read_only_unless_a_layer_says_otherwise():
    assert out(script="touch /etc/x 2>/dev/null || echo refused") == "refused\n"
    assert out(layer=("tmpfs", 1 << 20, "", ""), script="touch /x && echo y > /x && cat /x") == "y\n"
    result = launch(plan(layer=("tmpfs", 1 << 20, "", ""), script="seq 1 1000000 > /big"))
    assert result.code != 0, result
    assert not os.path.exists(os.path.join(shared_root(), "x"))


def test_a_writable_fuse_image_belongs_to_the_caller():
    text = out(layer=("tmpfs", 1 << 20, "", ""), **fuse_root(), script="echo new > /etc/hosts && cat /etc/hosts && touch /opt/deep/x && stat -c %u /bin")
    assert text == f"new\n{os.getuid()}\n", text


def test_overlay_directories_keep_changes_whatever_their_names_hold():
    upper, lower = os.path.join(fresh("up"), "a:b,c\\d e"), os.path.join(fresh("low"), "x:y,z")
    for folder in os.path.join(upper, "upper"), os.path.join(upper, "work"), lower:
        os.makedirs(folder)
    write(os.path.join(lower, "added"), "lower\n")
    os.makedirs(os.path.join(lower, "deep/in/overlay"))
    write(os.path.join(lower, "deep/in/beside"), "")
    out(layer=("dirs", 0, upper, lower), script="cat /added > /kept")
    assert open(os.path.join(upper, "upper/kept")).read() == "lower\n"
    text = out(("bind", source(), "/brand/new", "ro"), layer=("dirs", 0, "", os.path.join(upper, "upper") + "\n" + lower),
               script="cat /kept /added /brand/new/inside; touch /x 2>/dev/null || echo refused")
    assert text == "lower\nlower\nfrom the host\nrefused\n", text
    # The same below a tmpfs that takes changes: a target that only the overlay has is no missing one.
    text = out(("bind", source(), "/deep/in/overlay", "ro"), ("bind", source(), "/brand/new", "ro"), layer=("tmpfs", 1 << 20, "", lower),
               script="cat /added /brand/new/inside; ls /deep/in; echo changed > /added; cat /added")
    assert text == "lower\nfrom the host\nbeside\noverlay\nchanged\n" and open(os.path.join(lower, "added")).read() == "lower\n", text


def test_a_writable_directory_gets_mount_points_but_no_empty_files():
    root = rootfs()
    text = out(("bind", source(), "/made", "ro"), layer=("direct", 0, "", ""), root=("dir", root, 0), script="touch /kept; cat /made/inside")
    assert text == "from the host\n" and os.path.exists(os.path.join(root, "kept")) and os.path.isdir(os.path.join(root, "made"))
    file = write(os.path.join(TEMP, "three"), "")
    refused(launch(plan(("bind", file, "/etc/litter", "ro"), layer=("direct", 0, "", ""), root=("dir", root, 0))), "/etc/litter")
    assert not os.path.exists(os.path.join(root, "etc/litter"))


def test_readonly_ends_the_writing_to_a_writable_layer():
    text = out(("dir", "/early", 755), ("readonly",), ("bind", source(), "/opt", "rw"), layer=("tmpfs", 0, "", ""),
               script="touch /early/x 2>/dev/null || echo refused; touch /opt/y && echo written")
    assert text == "refused\nwritten\n", text


def test_devices_need_their_flag():
    text = out(("tmpfs", "/dev", 0, 755), ("bind", "/dev/null", "/dev/null", "dev"), ("bind", "/dev/zero", "/dev/plain", "ro"), ("devpts", "/dev/pts"),
               ("link", "/dev/ptmx", "pts/ptmx"), script="echo x > /dev/null && echo null; head -c 1 /dev/plain 2>/dev/null || echo refused; test -c /dev/ptmx && echo ptmx")
    assert text == "null\nrefused\nptmx\n", text


def test_a_target_that_is_renamed_and_linked_away_all_the_time_never_leads_out():
    root, victim, folder = rootfs(), fresh("victim"), source()
    racing, evil, aside = (os.path.join(root, name) for name in ("racing", "evil", "aside"))
    stop = threading.Event()
    os.makedirs(racing)
    os.symlink(victim, evil)

    def swap():
        while not stop.is_set():
            try:
                os.rename(racing, aside), os.rename(evil, racing)
                os.rename(racing, evil), os.rename(aside, racing)
            except OSError:  # a launch has made the directory in the meantime
                shutil.rmtree(aside, ignore_errors=True)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for layer in ("auto", 0, "", ""), ("direct", 0, "", ""), ("tmpfs", 0, "", ""):
            for _ in range(40):
                result = launch(plan(("bind", folder, "/racing/sub/x", "ro"), layer=layer, root=("dir", root, 0)))
                assert result.code in (0, 255) and os.listdir(victim) == [], result
    finally:
        stop.set()
        thread.join()
