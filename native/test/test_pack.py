"""What berth-pack makes of a folder: an overlay's changes as a layer, the same bytes for the same folder."""
import io, os, subprocess, tarfile
from harness import *

PACK = os.path.join(BUILD, "berth-pack")


def pack(folder, *flags):
    return subprocess.run([PACK, *flags, folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30)


def members(folder, *flags):
    done = pack(folder, *flags)
    assert done.returncode == 0 and done.stderr == b"", done
    return tarfile.open(fileobj=io.BytesIO(done.stdout)).getmembers()


def named(folder, *flags):
    return {member.name: member for member in members(folder, *flags)}


def test_names_come_in_the_order_of_their_bytes_and_folders_before_their_content():
    folder = fresh("pack")
    for name in "b", "a/z", "a.x", "B":
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        write(os.path.join(folder, name), name)
    assert [member.name for member in members(folder)] == ["B", "a", "a/z", "a.x", "b"]
    assert pack(folder).stdout == pack(folder).stdout


def test_kinds_modes_links_and_contents_are_kept():
    folder = fresh("pack")
    write(os.path.join(folder, "file"), "content")
    os.chmod(os.path.join(folder, "file"), 0o4750)
    os.link(os.path.join(folder, "file"), os.path.join(folder, "other"))
    os.symlink("../elsewhere", os.path.join(folder, "link"))
    os.mkfifo(os.path.join(folder, "pipe"))
    os.utime(os.path.join(folder, "file"), (5, 12345))
    found = named(folder)
    assert found["file"].mode == 0o4750 and found["file"].size == 7 and found["file"].mtime == 12345, found
    assert found["other"].islnk() and found["other"].linkname == "file"
    assert found["link"].issym() and found["link"].linkname == "../elsewhere" and found["pipe"].isfifo()
    os.utime(os.path.join(folder, "other"), (5, 1 << 33))
    assert named(folder)["file"].mtime == os.stat(os.path.join(folder, "file")).st_mtime
    assert named(folder, "--latest", "99")["file"].mtime == 99
    assert named(folder, "--all-root")["file"].uid == 0


def test_long_names_and_names_that_are_no_text():
    folder = fresh("pack")
    deep = "/".join(["d" * 90] * 4)
    os.makedirs(os.path.join(folder, deep))
    long = "n" * 200
    write(os.path.join(folder, deep, long), "x")
    os.symlink("t" * 300, os.path.join(folder, "link"))
    with open(os.path.join(os.fsencode(folder), b"\xff\xfe"), "w"):
        pass
    done = pack(folder)
    archive = tarfile.open(fileobj=io.BytesIO(done.stdout), errors="surrogateescape")
    found = {member.name: member for member in archive.getmembers()}
    assert f"{deep}/{long}" in found and found["link"].linkname == "t" * 300 and b"\xff\xfe".decode(errors="surrogateescape") in found, found


def test_removed_files_and_opaque_folders_are_said_as_layers_say_them():
    need(IS_ROOT, "needs root to make a device")
    folder = fresh("pack")
    os.makedirs(os.path.join(folder, "dir"))
    os.mknod(os.path.join(folder, "dir/gone"), 0o600 | 0o020000, os.makedev(0, 0))
    os.makedirs(os.path.join(folder, "new"))
    write(os.path.join(folder, "new/file"), "")
    try:
        os.setxattr(os.path.join(folder, "new"), "trusted.overlay.opaque", b"y")
        os.setxattr(os.path.join(folder, "new/file"), "user.mine", b"v")
        os.setxattr(os.path.join(folder, "new/file"), "user.overlay.origin", b"o")
        os.setxattr(os.path.join(folder, "new/file"), "user.mine=w", b"x")
    except OSError as error:
        raise Skip(f"no such attributes here: {error}")
    found = named(folder)
    assert list(found) == ["dir", "dir/.wh.gone", "new", "new/.wh..wh..opq", "new/file"], list(found)
    assert found["dir/.wh.gone"].size == 0 and found["dir/.wh.gone"].isreg()
    attributes = {key: value for key, value in found["new/file"].pax_headers.items() if key.startswith("SCHILY.xattr.")}
    assert attributes == {"SCHILY.xattr.user.mine": "v"}, attributes


def test_attributes_are_copied_and_set_where_a_runtime_cannot():
    folder = fresh("pack")
    one, two = write(os.path.join(folder, "one"), ""), write(os.path.join(folder, "two"), "")
    try:
        os.setxattr(one, "user.mine", b"v\0w")
    except OSError as error:
        raise Skip(f"no such attributes here: {error}")
    words = ["copy", one, two, "set", two, "user.more", "00ff", "set", two, "user.overlay.opaque", "79"]
    listed = "".join(word + "\0" for word in words).encode()
    done = subprocess.run([PACK, "--attributes"], input=listed, capture_output=True)
    assert done.returncode == 0, done
    assert {name: os.getxattr(two, name) for name in os.listxattr(two)} == {"user.mine": b"v\0w", "user.more": b"\0\xff"}
    refused(Result(subprocess.run([PACK, "--attributes"], input=b"copy\0x\0", capture_output=True)), "middle")


def test_sockets_are_left_out():
    import socket
    folder = fresh("pack")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.join(folder, "s"))
        assert members(folder) == []


def test_what_cannot_be_read_is_named():
    need(not IS_ROOT, "root reads everything")
    folder = fresh("pack")
    write(os.path.join(folder, "closed"), "x")
    os.chmod(os.path.join(folder, "closed"), 0)
    refused(Result(pack(folder)), "closed", "Permission denied")
    refused(Result(pack("/nonexistent")), "/nonexistent")
    refused(Result(pack("--latest")), "usage")
