"""What is missing in single folders of the image is laid over those folders; more of it, over the whole image."""
import os, subprocess
from harness import *


def source():
    folder = fresh("source")
    write(os.path.join(folder, "inside"), "from the host\n")
    return folder


PROC = ("proc", "/proc")


def kinds(mountinfo):
    """The file systems of the mounts in a text of mountinfo, by their places."""
    lines = [line.split() for line in mountinfo.splitlines()]
    return {words[4]: words[words.index("-") + 1] for words in lines}


def test_an_empty_folder_is_hidden_and_the_image_itself_is_the_root():
    root = rootfs()
    os.chmod(os.path.join(root, "run"), 0o751)
    text = out(PROC, ("bind", source(), "/run/users/one/data", "rw"), ("dir", "/run/other", 700), root=("dir", root, 0),
               script="stat -c %a /run; ls /run; cat /run/users/one/data/inside; touch /run/x /run/users/x /x 2>/dev/null || echo refused; cat /proc/self/mountinfo")
    assert text.startswith("751\nother\nusers\nfrom the host\nrefused\n"), text
    found = kinds(text.split("refused\n")[1])
    assert found["/run"] == "tmpfs" and found["/"] != "overlay", found
    assert os.listdir(os.path.join(root, "run")) == []


def test_a_folder_that_holds_something_gets_an_overlay_of_its_own():
    file = write(os.path.join(TEMP, "conf"), "new\n")
    for parts in {}, fuse_root():
        text = out(PROC, ("bind", file, "/etc/new.conf", "ro"), ("bind", source(), "/run/data", "ro"), **parts,
                   script="cat /etc/hosts /etc/new.conf /run/data/inside; touch /etc/x 2>/dev/null || echo refused; cat /proc/self/mountinfo")
        assert text.startswith("the image's\nnew\nfrom the host\nrefused\n"), text
        found = kinds(text.split("refused\n")[1])
        assert (found["/etc"], found["/run"]) == ("overlay", "tmpfs") and found["/"] != "overlay", found


def test_several_such_folders_or_the_root_itself_share_one_overlay():
    for targets in ["/etc/one", "/opt/two"], ["/run/one", "/two"], ["/opt/deep/one", *(f"/many/{i}" for i in range(9))]:
        text = out(PROC, *(("bind", source(), target, "ro") for target in targets),
                   script="".join(f"cat {target}/inside; " for target in targets) + "cat /etc/hosts /proc/self/mountinfo")
        assert text.startswith("from the host\n" * len(targets) + "the image's\n"), text
        found = kinds(text.split("the image's\n")[1])
        assert found["/"] == "overlay" and "/etc" not in found and "/run" not in found, found


def test_more_empty_folders_than_are_counted_share_one_overlay():
    root = rootfs()
    for i in range(12):
        os.mkdir(os.path.join(root, f"run/{i}"))
    text = out(PROC, *(("bind", source(), f"/run/{i}/x", "ro") for i in range(12)), root=("dir", root, 0), script="cat /run/*/x/inside | wc -l; cat /proc/self/mountinfo")
    assert text.startswith("12\n") and kinds(text[3:])["/"] == "overlay", text


def test_a_folder_below_another_one_is_found_in_what_lies_over_that():
    text = out(("bind", source(), "/usr/new", "ro"), ("bind", source(), "/usr/share/new/deep", "ro"), ("bind", source(), "/usr/share/new/next", "ro"),
               script="cat /usr/new/inside /usr/share/new/*/inside; ls /usr /usr/share/new")
    assert text == "from the host\n" * 3 + "/usr:\nnew\nshare\n\n/usr/share/new:\ndeep\nnext\n", text


def test_links_that_a_plan_makes_lead_to_covered_folders_too():
    root = rootfs()
    os.symlink("/opt/deep/far", os.path.join(root, "etc/away"))
    text = out(("link", "/opt/deep/l", "/run/here"), ("bind", source(), "/opt/deep/l/data", "ro"), ("bind", source(), "/etc/away/data", "ro"), root=("dir", root, 0),
               script="cat /run/here/data/inside /opt/deep/far/data/inside; readlink /opt/deep/l")
    assert text == "from the host\nfrom the host\n/run/here\n", text


def test_what_is_mounted_below_a_covered_image_stays():
    need(IS_ROOT, "mounting needs root")
    root = rootfs()
    os.mkdir(os.path.join(root, "usr/data"))
    script = f"mount -t tmpfs none {root}/usr/data && echo kept > {root}/usr/data/file && exec {LAUNCH} \"$0\""
    file = plan_file(plan(("bind", source(), "/run/new", "ro"), root=("dir", root, 0), script="cat /usr/data/file /run/new/inside"))
    done = subprocess.run(["unshare", "-m", "sh", "-c", script, file], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0 and done.stdout == b"kept\nfrom the host\n", (done.stdout, done.stderr)
