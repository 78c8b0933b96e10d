"""Encrypted images: opened for one container, and nothing of it stays behind."""
import os, subprocess
from harness import *

NAME, PASSPHRASE = "squashfs-7", "open sesame"
_sealed = None


def sealed():
    """The usual tree as a squashfs inside gocryptfs inside a squashfs, with 4096 bytes before it."""
    global _sealed
    if _sealed is None:
        gocryptfs, fusermount, maker = program("gocryptfs"), program("fusermount3", "fusermount"), program("mksquashfs")
        squashfuse()
        home = fresh("sealed")
        cipher, plain, word = (os.path.join(home, name) for name in ("cipher", "plain", "word"))
        os.mkdir(cipher), os.mkdir(plain), write(word, PASSPHRASE + "\n")
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([gocryptfs, "-q", "-init", "-plaintextnames", "-scryptn", "12", "-passfile", word, cipher], **quiet)
        subprocess.run([gocryptfs, "-q", "-passfile", word, cipher, plain], **quiet)
        try:
            subprocess.run([maker, shared_root(), os.path.join(plain, NAME), "-noappend", "-all-root", "-quiet", "-no-progress"], **quiet)
        finally:
            subprocess.run([fusermount, "-u", plain], **quiet)
        outer = os.path.join(home, "outer")
        subprocess.run([maker, cipher, outer, "-noappend", "-all-root", "-noD", "-noF", "-quiet", "-no-progress"], **quiet)
        _sealed = os.path.join(home, "image")
        with open(_sealed, "wb") as whole, open(outer, "rb") as part:
            whole.write(b"#" * 4096 + part.read())
    return _sealed


def encrypted(passphrase=PASSPHRASE, name=NAME, **parts):
    image = sealed()
    programs = [("fuse-program", squashfuse()), ("decrypt", program("gocryptfs"), name, passphrase)]
    return dict({"userns": "self"}, **parts, root=("encrypted", image, 4096), extra=programs)


def servers():
    return [pid for pid in processes("gocryptfs") if os.stat(f"/proc/{pid}").st_uid == os.getuid()]


def test_the_files_of_an_encrypted_image_are_the_callers_or_roots():
    who = str(os.getuid())
    for userns, owner in ("self", who), ("root", "0"), *([("none", "0")] if IS_ROOT else []):
        assert out(**encrypted(userns=userns), script="cat /etc/hosts; stat -c %u /etc/hosts; touch /x 2>/dev/null || echo no") == f"the image's\n{owner}\nno\n"


def test_changes_are_laid_over_an_encrypted_image():
    parts = encrypted(userns="root", after=[("caps", "namespace")], layer=("tmpfs", 0, "", ""))
    assert out(**parts, script="echo new > /etc/hosts; cat /etc/hosts") == "new\n"


def test_a_wrong_passphrase_and_a_missing_file_are_refused():
    refused(launch(plan(**encrypted(passphrase="open barley"))), "gocryptfs", "incorrect")
    refused(launch(plan(**encrypted(name="squashfs-8"))), "squashfs-8")


def test_the_passphrase_is_in_no_process_list_and_no_environment():
    script = "for f in /proc/[0-9]*/cmdline /proc/[0-9]*/environ; do busybox grep -q 'open sesame' $f 2>/dev/null && echo $f; done; true"
    assert out(("proc", "/proc"), **encrypted(), script=script.replace("open sesame", "open ses[a]me")) == ""


def test_the_servers_of_an_encrypted_image_end_with_the_container():
    before = set(servers())
    out(**encrypted(), script="true")
    wait_until(lambda: not set(servers()) - before, what="gocryptfs goes on")
