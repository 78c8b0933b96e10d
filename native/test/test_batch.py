"""What launches of batch jobs add to plans: binds of the container's own paths, mount points, hooks, environment steps, names."""
import os, subprocess, threading
from harness import *
from test_instances import JOIN, Instance


def source():
    folder = fresh("source")
    write(os.path.join(folder, "inside"), "from the host\n")
    os.makedirs(os.path.join(folder, "user/data"))
    write(os.path.join(folder, "user/data/x"), "x\n")
    return folder


def batch(*mounts, steps=(), hooks=(), settings=(), **parts):
    """A plan called shifter, whose environment is made by steps."""
    records = plan(*mounts, after=[("called", "shifter"), *settings], env=(), **parts)
    at = next(i for i, record in enumerate(records) if record[0] == "exec")
    return records[:at] + list(steps) + [("hook", hook) for hook in hooks] + records[at:]


def failed(result, *words, code=1):
    assert result.code == code and result.err.startswith("shifter: ") and result.err.count("\n") == 1, result
    for word in words:
        assert word in result.err, (word, result)


# Binds of paths in the container


def test_an_inside_bind_shows_a_path_of_the_container_elsewhere():
    text = out(("bind", source(), "/global", "rw"), ("bind", "/global/user/data", "/data", "inside,rw"), ("bind", "/etc/hosts", "/etc/deep/file", "inside,file,ro"),
               ("bind", "/global/nowhere", "/skipped", "inside,try"), script="cat /data/x /etc/deep/file; touch /data/y && ls /global/user/data")
    assert text == "x\nthe image's\nx\ny\n", text


def test_an_inside_bind_takes_along_what_is_mounted_below():
    text = out(("bind", source(), "/global", "rw"), ("tmpfs", "/global/user", 1 << 20, 755), ("file", "/global/user/f", 644, "mounted\n"),
               ("bind", "/global", "/again", "inside,ro"), script="cat /again/user/f; touch /again/user/y 2>/dev/null || echo refused")
    assert text == "mounted\nrefused\n", text


def test_an_inside_source_that_is_missing_is_said():
    refused(launch(plan(("bind", "/etc/nowhere", "/mnt", "inside,ro"))), "/etc/nowhere of the container", "/mnt", "No such file")
    refused(launch(plan(("bind", "/etc/hosts", "/opt", "inside,ro"))), "one is a directory")


def test_links_do_not_lead_an_inside_bind_out_of_the_container():
    root, secret = rootfs(), fresh("secret")
    write(os.path.join(secret, "hosts"), "the host's\n")
    for name, target in ("absolute", secret), ("climbing", "../" * 40 + secret[1:]), ("mixed", "/opt/../../../../.." + secret), ("magic", "/proc/self/root"), ("cwd", "/proc/self/cwd"):
        os.symlink(target, os.path.join(root, name))
    for name in "absolute", "climbing", "mixed":
        refused(launch(plan(("bind", f"/{name}", "/mnt", "inside,ro"), root=("dir", root, 0))), "of the container", "No such file")
    for name in "magic", "cwd":
        refused(launch(plan(("proc", "/proc"), ("bind", f"/{name}/etc", "/mnt", "inside,ro"), root=("dir", root, 0))), "of the container")
    refused(launch(plan(("proc", "/proc"), ("bind", "/proc/1/root", "/mnt", "inside,ro"), root=("dir", root, 0))), "of the container")


def test_a_source_that_is_swapped_for_a_link_all_the_time_never_leads_out():
    shared, secret, stop = source(), fresh("secret"), threading.Event()
    write(os.path.join(secret, "stolen"), "stolen\n")
    data, link, aside = (os.path.join(shared, name) for name in ("racing", "evil", "aside"))
    os.makedirs(os.path.join(data, "sub"))
    os.symlink("../" * 40 + secret[1:], link)
    os.makedirs(os.path.join(secret, "sub"))

    def swap():
        while not stop.is_set():
            os.rename(data, aside), os.rename(link, data)
            os.rename(data, link), os.rename(aside, data)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for _ in range(60):
            result = launch(plan(("bind", shared, "/global", "rw"), ("bind", "/global/racing", "/data", "inside,rw"), script="ls /data"))
            assert result.out in ("", "sub\n") and result.code in (0, 255), result
            assert "stolen" not in result.out
    finally:
        stop.set()
        thread.join()


def test_a_folder_that_the_caller_may_not_enter_is_not_bound():
    need(not IS_ROOT, "root may enter every folder")
    refused(launch(plan(("bind", "/etc", "/global", "ro"), ("bind", "/global/ssl/private/x", "/data", "inside,ro"))), "of the container", "/data")


def test_the_propagation_of_a_bind_can_be_told():
    need(IS_ROOT, "mounting needs root")
    folder = source()
    for flag, followed in ("slave", True), ("private", False), ("ro", True), ("inside,private", False):
        path = plan_file(plan(("proc", "/proc"), ("bind", folder, "/global", "rw"), ("bind", "/global" if "inside" in flag else folder, "/opt", flag),
                              script="grep ' /opt ' /proc/self/mountinfo"))
        done = Result(subprocess.run(["unshare", "-m", "sh", "-c", f"mount --bind {folder} {folder} && mount --make-shared {folder} && {LAUNCH} {path}; exit $?"], capture_output=True))
        assert done.code == 0 and ("master:" in done.out) == followed, (flag, done)


# Mount points


def test_a_point_exists_afterwards_with_its_parents():
    for layer in ("auto", 0, "", ""), ("tmpfs", 1 << 20, "", ""):
        text = out(("point", "/made/deep/dir", "dir"), ("point", "/made/deep/file", "file"), ("point", "/etc", "dir"), ("point", "/opt/deep/more/", "dir"), layer=layer,
                   script="test -d /made/deep/dir && test -f /made/deep/file && test -d /opt/deep/more && cat /etc/hosts")
        assert text == "the image's\n", text


def test_a_point_below_a_mount_is_not_made_on_the_host():
    folder, root = source(), rootfs()
    os.symlink("/global", os.path.join(root, "alias"))
    assert out(("bind", folder, "/global", "rw"), ("point", "/global/new/dir", "dir"), ("point", "/alias/other", "dir"), root=("dir", root, 0)) == ""
    assert sorted(os.listdir(folder)) == ["inside", "user"]


def test_a_mount_point_of_a_layer_takes_a_later_bind():
    assert out(("point", "/made", "dir"), ("bind", source(), "/global", "ro"), ("bind", "/global/user/data", "/made", "inside,ro"), script="cat /made/x") == "x\n"


# The root that was prepared


def test_without_a_layer_what_is_mounted_below_the_root_stays_writable():
    need(IS_ROOT, "mounting needs root")
    root, folder = rootfs(), source()
    os.makedirs(os.path.join(root, "global"))
    script = f"mount --bind {root} {root} && mount --bind {folder} {root}/global && exec {LAUNCH} {{}}"
    for layer, word in ("none", "written"), ("auto", "refused"):
        path = plan_file(plan(root=("dir", root, 0), layer=(layer, 0, "", ""), script="touch /global/y 2>/dev/null && echo written || echo refused; touch /etc/y 2>/dev/null || echo refused"))
        done = Result(subprocess.run(["unshare", "-m", "sh", "-c", script.format(path)], capture_output=True))
        assert done.out == f"{word}\nrefused\n", (layer, done)


# Names and ends


def test_a_called_launch_speaks_and_ends_as_that_program():
    failed(launch(batch(("bind", "/nonexistent", "/x", "ro"))), "/nonexistent")
    failed(launch(batch(argv=["nosuchcmd"])), code=127)
    assert launch(batch(argv=["nosuchcmd"])).err == "shifter: nosuchcmd: No such file or directory\n"
    assert launch(batch(argv=["/etc/hosts"])).err == "shifter: /etc/hosts: Permission denied\n"
    assert launch(batch(argv=["/etc/hosts"])).code == 127
    assert launch(batch(script="exit 42")).code == 42
    assert launch(batch(script="kill -9 $$")).code == -9


def test_a_directory_that_cannot_be_entered_is_said_and_the_next_one_taken():
    settings = [("chdir", "/nowhere"), ("chdir", "/opt"), ("chdir-else", "Failed to switch to working dir: /nowhere, staying in /opt")]
    result = launch(batch(settings=settings, script="pwd"))
    assert (result.code, result.out, result.err) == (0, "/opt\n", "shifter: Failed to switch to working dir: /nowhere, staying in /opt\n"), result
    assert launch(batch(settings=[("chdir", "/etc"), *settings], script="pwd")).err == ""


# The environment


def environment(*steps, script="env", **parts):
    result = launch(batch(steps=steps, argv=["/bin/sh", "-c", script] if script != "env" else ["/bin/env"], **parts))
    assert result.code == 0, result
    return sorted(line for line in result.out.splitlines() if line)


def test_steps_of_the_environment_are_taken_in_order():
    steps = [("env", "PATH=/incorrect"), ("env", "PATH=/usr/bin"), ("env-prepend", "PATH=/sbin"), ("env-append", "PATH=/opt/udiImage/bin"),
             ("env", "SHIFTER_RUNTIME=1"), ("env", "NEW_VAR=x"), ("env-unset", "NEW_VAR"), ("env-unset", "UNKNOWN")]
    assert environment(*steps) == ["PATH=/sbin:/usr/bin:/opt/udiImage/bin", "SHIFTER_RUNTIME=1"]
    assert environment(("env", "A=4:5"), ("env-append", "A==3")) == ["A=4:5:=3"]
    assert environment(("env", "A=4:5"), ("env-prepend", "A=3")) == ["A=3:4:5"]
    assert environment(("env-prepend", "A=1"), ("env-append", "B=2")) == ["A=1", "B=2"]
    assert environment(("env", "A="), ("env-append", "A=1")) == ["A=1"]
    assert environment(("env", "A=1"), ("env-unset", "A"), ("env-append", "A=2")) == ["A=2"]


def test_names_of_variables_match_as_a_whole():
    steps = [("env", "PATH=1"), ("env", "PATH_2=2"), ("env", "ABCDEFG=3"), ("env", "ABCDE=4"), ("env-unset", "PA"), ("env-append", "ABCDE=5"), ("env-unset", "PATH")]
    assert environment(*steps) == ["ABCDE=4:5", "ABCDEFG=3", "PATH_2=2"]


def test_many_variables_are_no_matter():
    steps = [("env", f"V{i}={i}") for i in range(3000)] + [("env-append", f"V{i}=x") for i in range(0, 3000, 3)] + [("env-unset", f"V{i}") for i in range(0, 3000, 2)]
    expected = sorted(f"V{i}={i}" + (":x" if i % 3 == 0 else "") for i in range(1, 3000, 2))
    assert environment(*steps) == expected


def test_the_last_path_is_where_the_program_is_looked_for():
    result = launch(batch(steps=[("env", "PATH=/nowhere"), ("env-append", "PATH=/bin")], argv=["id", "-u"]))
    assert result.out == f"{os.getuid()}\n", result


def test_an_environment_file_is_read_in_the_container_from_the_start_directory():
    folder = fresh("work")
    write(os.path.join(folder, "vars"), "# a comment\n\n  A=1 \n\t# another\nB=\"quoted\"\nC=a=b c\r\nPATH=/bin\nD='x'")
    mounts = [("bind", folder, "/opt", "ro")]
    for path in "vars", "./vars", "/opt/vars":
        result = launch(batch(*mounts, steps=[("env", "A=0"), ("env-file", path), ("env", "E=later")], settings=[("chdir", "/opt")], argv=["env"]))
        assert sorted(result.out.splitlines()) == ["A=1", 'B="quoted"', "C=a=b c", "D='x'", "E=later", "PATH=/bin"], result


def test_a_bad_line_of_an_environment_file_ends_with_its_place():
    folder = fresh("work")
    for text, line, word in ("A=1\nD=\n", 2, "no value"), ("A=1\n\n#\nnothing\n", 4, "NAME=VALUE"), ("=x", 1, "NAME=VALUE"), ("A=1\nB=\0\n", 2, "NUL"), ("D=  \n", 1, "no value"):
        write(os.path.join(folder, "vars"), text)
        result = launch(batch(("bind", folder, "/opt", "ro"), steps=[("env-file", "/opt/vars")]))
        failed(result, f"/opt/vars, line {line}:", word)
        assert "nothing" not in result.err, result
    failed(launch(batch(steps=[("env-file", "/nowhere")])), "/nowhere", "No such file")
    failed(launch(batch(steps=[("env-file", "/etc")])), "/etc", "directory")
    with open(os.path.join(folder, "vars"), "w") as file:
        file.write("#" * (1 << 20) + "\n")
    failed(launch(batch(("bind", folder, "/opt", "ro"), steps=[("env-file", "/opt/vars")])), "1 MiB")


# Hooks


def test_a_hook_runs_before_the_program_without_a_variable_and_without_input():
    folder = fresh("hooks")
    write(os.path.join(folder, "first"), "pwd; env | grep -v '^[PS]\\|^_=\\|^OLDPWD'; cat; id -u\n")
    write(os.path.join(folder, "second"), "echo second\n")
    result = launch(batch(("bind", folder, "/opt", "ro"), steps=[("env", "A=1"), ("env", "PATH=/bin")], hooks=["/opt/first", "/opt/second"], settings=[("chdir", "/etc")],
                          script="echo program; cat"), input=b"for the program\n", stdin=None)
    assert result.out == f"/etc\n{os.getuid()}\nsecond\nprogram\nfor the program\n", result


def test_a_hook_that_fails_ends_the_launch():
    folder = fresh("hooks")
    write(os.path.join(folder, "bad"), "exit 3\n")
    write(os.path.join(folder, "killed"), "kill -9 $$\n")
    failed(launch(batch(("bind", folder, "/opt", "ro"), hooks=["/opt/bad"], script="echo never")), "/opt/bad", "status 3")
    failed(launch(batch(("bind", folder, "/opt", "ro"), hooks=["/opt/killed"])), "/opt/killed", "signal 9")
    result = launch(batch(hooks=["/opt/missing"], script="echo never"))
    assert result.code == 1 and result.out == "" and "/opt/missing" in result.err, result


def test_steps_and_hooks_work_under_an_init_and_for_those_who_join():
    folder = fresh("hooks")
    write(os.path.join(folder, "hook"), "echo hook\n")
    mounts, steps = [("bind", folder, "/opt", "ro"), ("proc", "/proc")], [("env", "PATH=/bin"), ("env-append", "PATH=/else"), ("env-file", "/opt/vars")]
    write(os.path.join(folder, "vars"), "A=file\n")
    result = launch(batch(*mounts, before=[("unshare", "pid")], steps=steps, hooks=["/opt/hook"], settings=[("init",)], script="echo $PATH $A $$"))
    assert result.out == "hook\n/bin:/else file 2\n", result
    with Instance(("bind", folder, "/opt", "ro"), argv=["-"]) as instance:
        records = [("join", instance.process.pid, instance.start), ("called", "shifter"), ("chdir", "/opt"), *steps[:2], ("env-file", "vars"), ("hook", "hook"),
                   ("exec", "sh"), ("arg", "sh"), ("arg", "-c"), ("arg", "echo $PATH $A"), ("end",)]
        done = Result(subprocess.run([JOIN, plan_file(records)], capture_output=True, timeout=30))
        assert done.out == "hook\n/bin:/else file\n", done
        done = Result(subprocess.run([JOIN, plan_file([*records[:-5], ("exec", "nosuch"), ("arg", "nosuch"), ("end",)])], capture_output=True, timeout=30))
        assert done.code == 127 and done.err == "shifter: nosuch: No such file or directory\n", done


def test_an_inside_bind_works_over_a_fuse_image():
    text = out(("bind", source(), "/global", "rw"), ("bind", "/global/user/data", "/brand/new", "inside,rw"), ("bind", "/etc/hosts", "/more/hosts", "inside,file"), **fuse_root(),
               script="cat /brand/new/x /more/hosts; touch /brand/new/y; ls /global/user/data")
    assert text == "x\nthe image's\nx\ny\n", text
