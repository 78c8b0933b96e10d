"""Roots that are made for others: published whole or not at all, and what a user's launch finds in them."""
import glob, os, pwd, subprocess, sys
from harness import *

USER = os.environ.get("BERTH_TEST_USER", "nobody")


def publishing(root, dir, *mounts, layer=("tmpfs", 0, "", ""), settings=()):
    return [("userns", "none"), ("root", *root), ("layer", *layer), *mounts, *settings, ("publish", dir), ("end",)]


def in_own_namespace(*lines):
    """Runs lines of shell in a mount namespace of their own, up to the first that fails."""
    need(IS_ROOT, "mounting needs root")
    done = subprocess.run(["unshare", "-m", "sh", "-euc", "\n".join(lines)], capture_output=True, timeout=60)
    return Result(done)


def kernel_root():
    need(IS_ROOT and os.path.exists("/dev/loop-control"), "the kernel mounts squashfs for root only, through loop devices")
    return ("kernel", image(), 64)


def attached(file):
    """Loop devices that have the file."""
    found = []
    for name in glob.glob("/sys/block/loop*/loop/backing_file"):
        try:
            found += [name] if open(name).read().strip() == file else []
        except OSError:
            pass
    return found


def test_a_root_is_published_with_all_that_is_mounted_in_it():
    folder, site = fresh("place"), fresh("site")
    write(os.path.join(site, "x"), "of the site\n")
    plan = plan_file(publishing(kernel_root(), folder, ("bind", site, "/global", "rw,slave"), ("file", "/etc/hosts", 644, "made\n"), ("point", "/user/data", "dir"), ("readonly",)))
    result = in_own_namespace(f"{LAUNCH} {plan}", f"cat {folder}/global/x {folder}/etc/hosts", f"test -d {folder}/user/data", f"touch {folder}/global/y",
                              f"touch {folder}/z 2>/dev/null || echo refused", f"grep ' {folder}' /proc/self/mountinfo")
    assert result.code == 0 and result.err == "", result
    lines = result.out.splitlines()
    assert lines[:3] == ["of the site", "made", "refused"], lines
    mounts = lines[3:]
    assert len(mounts) == 3 and all("nosuid" in line and "nodev" in line for line in mounts), mounts
    assert os.path.exists(os.path.join(site, "y")) and os.listdir(folder) == [], folder
    wait_until(lambda: attached(image()) == [], what="a loop device stayed")


def test_a_published_image_is_what_a_second_root_is_made_of():
    one, two = fresh("image"), fresh("root")
    first = plan_file(publishing(kernel_root(), one, layer=("none", 0, "", "")))
    second = plan_file(publishing(("dir", one, 0), two, ("dir", "/site", 755), ("link", "/etc/mtab", "/proc/mounts"), ("readonly",)))
    result = in_own_namespace(f"{LAUNCH} {first}", f"{LAUNCH} {second}", f"cat {two}/etc/hosts; readlink {two}/etc/mtab; stat -c %a {two}/site; umount -l {two}; umount -l {one}")
    assert result.code == 0 and result.out == "the image's\n/proc/mounts\n755\n", result
    wait_until(lambda: attached(image()) == [], what="a loop device stayed")


def test_a_user_starts_in_what_root_has_published():
    need(IS_ROOT, "publishing needs root")
    holder, site = fresh("holder"), fresh("site")
    os.chmod(site, 0o777)
    user = pwd.getpwnam(USER)
    os.makedirs(os.path.join(site, "mine"))
    os.chown(os.path.join(site, "mine"), user.pw_uid, user.pw_gid)
    path = plan_file(publishing(kernel_root(), os.path.join(holder, "root"), ("bind", site, "/global", "rw"), ("point", "/data", "dir"), ("readonly",)))
    job = plan_file([("userns", "self"), ("root", "dir", os.path.join(holder, "root"), 0), ("expect-mount", os.path.join(holder, "root")), ("layer", "none", 0, "", ""),
                     ("bind", "/dev", "/dev", "dev"), ("bind", "/global/mine", "/data", "inside,rw"), ("called", "shifter"), ("env", "PATH=/bin"), ("exec", "sh"),
                     ("arg", "sh"), ("arg", "-c"), ("arg", "touch /data/y && ls /global/mine; id -u; touch /etc/z 2>/dev/null || echo refused"), ("end",)])
    os.chmod(job, 0o644)
    result = in_own_namespace(f"mount -t tmpfs -o uid={user.pw_uid},mode=0500 none {holder}; mount --make-shared {holder}; mkdir {holder}/root", f"{LAUNCH} {path}",
                              f"setpriv --reuid {user.pw_uid} --regid {user.pw_gid} --clear-groups {LAUNCH} {job}")
    assert result.code == 0 and result.out == f"y\n{user.pw_uid}\nrefused\n", result


def test_links_of_an_image_or_of_a_user_lead_root_nowhere_else():
    need(IS_ROOT, "publishing needs root")
    root, victim, site, folder = rootfs(), fresh("victim"), fresh("site"), fresh("place")
    os.chmod(victim, 0o777)
    for name, target in ("absolute", victim), ("climbing", "../" * 40 + victim[1:]), ("self", "/proc/self/root" + victim):
        os.symlink(target, os.path.join(root, name))
        os.symlink(target, os.path.join(site, name))
    mounts = [("proc", "/proc"), ("bind", site, "/global", "rw")]
    for name in "absolute", "climbing":
        mounts += [("bind", site, f"/{name}/bind", "ro"), ("file", f"/{name}/file", 644, "made\n"), ("dir", f"/{name}/dir", 755), ("link", f"/{name}/link.{name}", "x"), ("point", f"/{name}/point", "file"),
                   ("point", f"/global/{name}/point2", "dir"), ("bind", site, f"/global/{name}/bind2", "ro")]
    plan = plan_file(publishing(("dir", root, 0), folder, *mounts, ("readonly",)))
    result = in_own_namespace(f"{LAUNCH} {plan}", f"ls {folder}{victim}", f"cat {folder}{victim}/file")
    assert result.code == 0 and result.out.split() == ["bind", "bind2", "dir", "file", "link.absolute", "link.climbing", "point", "point2", "made"], result
    assert os.listdir(victim) == [] and sorted(os.listdir(site)) == ["absolute", "climbing", "self"]
    for target in "/self/x", "/global/self/x":
        result = launch(publishing(("dir", root, 0), folder, ("proc", "/proc"), ("bind", site, "/global", "rw"), ("bind", site, target, "ro")))
        assert os.listdir(victim) == [], result


def test_links_of_an_image_have_nothing_made_in_what_is_mounted():
    need(IS_ROOT, "publishing needs root")
    site, folder = fresh("site"), fresh("place")
    os.makedirs(os.path.join(site, "open"))
    for records in [("file", "/late/file", 644, "x")], [("dir", "/late/dir", 755)], [("link", "/late/link", "x")], [("bind", site, "/late/bind", "ro")], [("tmpfs", "/late/deep/tmpfs", 0, 755)]:
        root = rootfs()
        os.symlink("/global/open", os.path.join(root, "late"))
        result = in_own_namespace(f"{LAUNCH} {plan_file(publishing(('dir', root, 0), folder, ('bind', site, '/global', 'rw,slave'), *records))}; ls {folder}")
        assert result.code == 3 and "/global/open/" in result.err and "nothing is made in it" in result.err, result
        assert os.listdir(os.path.join(site, "open")) == [], records


def test_a_point_is_not_made_in_a_mount_whatever_a_user_does_with_its_parents():
    need(IS_ROOT, "publishing needs root")
    site, folder, root = fresh("site"), fresh("place"), rootfs()
    for name in "users/own", "others":
        os.makedirs(os.path.join(site, name))
    # While it is looked where the place lies, the same name leads into the root and into somebody else's folder by turns.
    swapping = f"""
import os
os.chdir("{site}/users")
while True:
    for target in "/opt/deep", "/global/others":
        os.symlink(target, "new"), os.rename("new", "turn")
"""
    swap = subprocess.Popen([sys.executable, "-c", swapping])
    try:
        path = plan_file(publishing(("dir", root, 0), folder, ("bind", site, "/global", "rw,slave"), *[("point", f"/global/users/turn/{i}", "dir") for i in range(400)]))
        wait_until(lambda: os.path.lexists(os.path.join(site, "users/turn")))
        for _ in range(10):
            in_own_namespace(f"{LAUNCH} {path}")
        assert os.listdir(os.path.join(site, "others")) == []
    finally:
        swap.kill(), swap.wait()


def test_a_hook_follows_no_link_of_the_image():
    need(IS_ROOT, "hooks of the site are root's")
    victim, folder, root, site = fresh("victim"), fresh("place"), rootfs(), fresh("site")
    write(os.path.join(site, "x"), "of the site\n")
    os.symlink(victim, os.path.join(root, "absolute"))
    os.symlink("../" * 40 + victim[1:], os.path.join(root, "climbing"))
    hook = write(os.path.join(TEMP, "writing"), "for name in absolute climbing; do mkdir -p $name/made; echo x >$name/x; cp /etc/passwd $name; done 2>/dev/null; echo y >etc/hosts; mkdir made; cat global/x >made/x\n")
    path = plan_file(publishing(("dir", root, 0), folder, ("bind", site, "/global", "rw"), ("root-hook", hook), ("bind", site, "/var/run/late", "ro"), ("readonly",)))
    result = in_own_namespace(f"{LAUNCH} {path}", f"cat {folder}/etc/hosts {folder}/made/x {folder}/run/late/x", f"readlink {folder}/absolute", "grep -c nosymfollow /proc/self/mountinfo || true")
    assert os.listdir(victim) == [], result
    assert result.out == f"y\nof the site\nof the site\n{victim}\n0\n", result


def test_hooks_of_the_site_work_in_the_root_that_is_made():
    need(IS_ROOT, "hooks of the site are root's")
    folder, hook = fresh("place"), write(os.path.join(TEMP, "hook"), "pwd -P >seen; umask >>seen; env | sort | grep -v '^PWD\\|^_=' >>seen; mkdir site; cat; test -d etc\n")
    root = ("dir", shared_root(), 0)
    path = plan_file(publishing(root, folder, ("dir", "/early", 755), ("root-hook", hook), ("bind", "/site", "/late", "inside,ro"), ("readonly",)))
    result = in_own_namespace(f"echo input | {LAUNCH} {path}", f"cat {folder}/seen; ls {folder}/site {folder}/late")
    assert result.code == 0 and result.err == "", result
    assert "0022\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n" in result.out and "input" not in result.out, result
    assert not os.path.exists(os.path.join(shared_root(), "seen"))
    failing = write(os.path.join(TEMP, "failing"), "exit 7\n")
    result = in_own_namespace(f"{LAUNCH} {plan_file(publishing(root, folder, ('root-hook', failing)))} || echo $?", f"ls {folder}")
    assert result.out == "1\n" and "failing" in result.err and "status 7" in result.err, result


def test_a_hook_ends_with_the_launcher():
    need(IS_ROOT, "hooks of the site are root's")
    started = os.path.join(TEMP, "started")
    hook = write(os.path.join(TEMP, "sleeping"), f"echo $$ >{started}.new; mv {started}.new {started}; exec sleep 1000\n")
    child = subprocess.Popen([LAUNCH, plan_file(publishing(("dir", shared_root(), 0), fresh("place"), ("root-hook", hook)))])
    wait_until(lambda: os.path.exists(started))
    child.kill()
    child.wait()
    wait_until(lambda: not os.path.exists(f"/proc/{int(open(started).read())}"))


def test_a_place_that_cannot_be_used_is_said():
    need(IS_ROOT, "publishing needs root")
    root = ("dir", shared_root(), 0)
    refused(launch(publishing(root, "/nonexistent/place")), "/nonexistent/place", "No such file")
    refused(launch(publishing(root, write(os.path.join(TEMP, "no-folder"), ""))), "no-folder", "Not a directory")
    result = launch(publishing(root, "/nonexistent/place", settings=[("called", "setupRoot")]))
    assert result.code == 1 and result.err.startswith("setupRoot: "), result


KILLING = """
import os, signal, subprocess, sys, time
launch, plan, folder, backing = sys.argv[1:]
whole = 0
for turn in range(120):
    child = subprocess.Popen([launch, plan], stderr=subprocess.DEVNULL)
    end = time.perf_counter() + turn * 0.0001
    while time.perf_counter() < end: pass
    child.kill()
    child.wait()
    mounts = [line for line in open("/proc/self/mountinfo") if f" {folder}" in line]
    if mounts:
        assert len(mounts) == 3 and open(folder + "/etc/hosts").read() == "made\\n", mounts
        whole += 1
        subprocess.run(["umount", "-l", folder], check=True)
print(whole)
"""


def test_killing_at_any_moment_leaves_all_of_it_or_nothing():
    folder, site = fresh("place"), fresh("site")
    path = plan_file(publishing(kernel_root(), folder, ("bind", site, "/global", "rw"), ("file", "/etc/hosts", 644, "made\n"), ("readonly",)))
    script = write(os.path.join(TEMP, "killing.py"), KILLING)
    result = in_own_namespace(f"exec {sys.executable} {script} {LAUNCH} {path} {folder} {image()}")
    assert result.code == 0 and 0 < int(result.out) < 120, result
    wait_until(lambda: attached(image()) == [], what="a loop device stayed")
