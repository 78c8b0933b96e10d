"""What the native tests share: plans as data, a small root tree, running programs, and skipping with a reason.

Knows nothing of single tests. Everything lives below one temporary folder that the run removes.
"""
import os, shutil, signal, subprocess, tempfile, time

BUILD = os.path.abspath(os.environ.get("BERTH_NATIVE_BUILD", "build"))
LAUNCH = os.path.join(BUILD, "berth-launch")
MOUNT = os.path.join(BUILD, "berth-mount")
IS_ROOT = os.geteuid() == 0
TEMP = tempfile.mkdtemp(prefix="berth-native-")
os.chmod(TEMP, 0o755)
os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=0")  # a launcher that becomes the payload leaks its plan on purpose

APPLETS = "sh ls cat id mount ps true false sleep env stat touch echo kill readlink mkdir wc grep trap tr hostname test seq head".split()


class Skip(Exception):
    """This machine cannot show it; the text says why."""


def need(condition, reason):
    if not condition:
        raise Skip(reason)


def program(*names):
    for name in names:
        found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/bin:/usr/sbin:/bin:/sbin")
        if found:
            return found
    raise Skip(f"{names[0]} is not installed")


def fresh(name):
    """A new empty folder."""
    return tempfile.mkdtemp(prefix=name + "-", dir=TEMP)


def rootfs():
    """A new root tree of one static busybox."""
    busybox = program("busybox")
    root = fresh("root")
    os.chmod(root, 0o755)
    for folder in "bin etc proc sys dev tmp usr/share run var opt/deep".split():
        os.makedirs(os.path.join(root, folder))
    shutil.copy(busybox, os.path.join(root, "bin/busybox"))
    for applet in APPLETS:
        os.symlink("busybox", os.path.join(root, "bin", applet))
    write(os.path.join(root, "etc/hosts"), "the image's\n")
    write(os.path.join(root, "dev/null"), "")
    os.symlink("/run", os.path.join(root, "var/run"))
    return root


_root = None


def shared_root():
    """One root tree for all tests that only read it."""
    global _root
    _root = _root or rootfs()
    return _root


_image = None


def image():
    """The same tree as a squashfs file, with 64 bytes before it."""
    global _image
    if _image is None:
        maker = program("mksquashfs")
        plain = os.path.join(TEMP, "plain.squashfs")
        subprocess.run([maker, shared_root(), plain, "-noappend", "-all-root", "-quiet", "-no-progress"], check=True, stdout=subprocess.DEVNULL)
        _image = os.path.join(TEMP, "image.bin")
        with open(_image, "wb") as whole, open(plain, "rb") as part:
            whole.write(b"#" * 64 + part.read())
    return _image


def squashfuse():
    need(os.access("/dev/fuse", os.R_OK | os.W_OK), "/dev/fuse is not open to this user")
    return program("squashfuse_ll")


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return path


def encode(records):
    words = [word for record in records for word in record]
    return b"BERTHPLAN1\n" + b"".join((w if isinstance(w, bytes) else str(w).encode()) + b"\0" for w in words)


def plan(*mounts, script=None, argv=None, root=None, userns=None, layer=("auto", 0, "", ""), before=(), after=(), env=("PATH=/bin",), extra=()):
    """The records of a plan that runs a shell script (or argv) in the root tree."""
    argv = argv or ["sh", "-c", script if script is not None else "true"]
    userns = userns or "self"
    root = root or ("dir", shared_root(), 0)
    return ([("userns", userns), *before, ("root", *root), *extra, ("layer", *layer), ("bind", "/dev/null", "/dev/null", "dev")] + list(mounts) + list(after)
            + [("env", e) for e in env] + [("exec", argv[0])] + [("arg", a) for a in argv] + [("end",)])


def fuse_root():
    return {"root": ("fuse", image(), 64), "extra": [("fuse-program", squashfuse())]}


def plan_file(records):
    handle, path = tempfile.mkstemp(prefix="plan-", dir=TEMP)
    with os.fdopen(handle, "wb") as file:
        file.write(records if isinstance(records, bytes) else encode(records))
    return path


class Result:
    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")

    def __repr__(self):
        return f"code {self.code}\n  out: {self.out!r}\n  err: {self.err!r}"


def launch(records, **more):
    """Runs a plan to its end; `more` goes to subprocess.run."""
    more.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run([LAUNCH, plan_file(records)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30, **more)
    return Result(done)


def out(*mounts, **parts):
    """The output of a script in a container that must succeed."""
    result = launch(plan(*mounts, **parts))
    assert result.code == 0 and result.err == "", result
    return result.out


def refused(result, *words, code=255):
    """Asserts a refusal in one line that holds these words."""
    assert result.code == code, result
    assert result.err.startswith("berth-") and result.err.count("\n") == 1, result
    for word in words:
        assert word in result.err, (word, result)


def wait_until(condition, seconds=30, what="it did not happen in time"):
    """Waits for a condition of another process, which sends no notice."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def processes(*words):
    """Living processes of this user whose command line holds all the words."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            line = open(f"/proc/{entry}/cmdline", "rb").read().decode(errors="replace")
            state = open(f"/proc/{entry}/stat").read().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if line and state != "Z" and all(word in line for word in words):
            found.append(int(entry))
    return found


def clean():
    for pid in processes("berth-mount", TEMP):  # of a test that failed
        os.kill(pid, signal.SIGTERM)
    # An overlay leaves a work folder that nobody may enter.
    for folder, names, _ in os.walk(TEMP):
        for name in names:
            if not os.path.islink(os.path.join(folder, name)):
                os.chmod(os.path.join(folder, name), 0o700)
    shutil.rmtree(TEMP, ignore_errors=True)
