"""The native `shifter`: when it launches by a prepared plan, what the launch is like, and when it hands over."""
import os, re, resource, shutil, subprocess
from harness import *

SHIFTER = os.path.join(BUILD, "shifter")
CONDITIONS = [("identifier", "abc123"), ("image", "docker:ubuntu:24.04"), ("image", "custom:mine"), ("volumes", ""), ("modules", "none"), ("default-modules",)]
_libexec = None


def libexec():
    """A folder with the launcher, and a berth-main that says how it was called."""
    global _libexec
    if _libexec is None:
        _libexec = fresh("libexec")
        os.symlink(LAUNCH, os.path.join(_libexec, "berth-launch"))
        main = write(os.path.join(_libexec, "berth-main"), '#!/bin/sh\nfor word; do printf "<%s>" "$word"; done; echo; echo "$BERTH_LEAN$BUN_JSC_useJIT"\n')
        os.chmod(main, 0o755)
    return _libexec


def prepared(conditions=CONDITIONS, launch=None, mounts=(), image=(("env", "IMAGE=1"),), changes=(), hooks=(), job="0", raw=None):
    """A node directory with a prepared plan of the caller's."""
    need(not IS_ROOT, "root's calls are not for the native shifter")
    node = fresh("node")
    os.makedirs(os.path.join(node, f"{os.getuid()}.{job}"))
    launch = launch or [("userns", "self"), ("root", "dir", shared_root(), 0), ("layer", "auto", 0, "", ""), ("bind", "/dev", "/dev", "dev"), *mounts, ("@chdir",), ("called", "shifter"),
                        ("@environment",), *image, ("@env-file",), ("@set",), *changes, *[("hook", hook) for hook in hooks], ("@program",), ("end",)]
    bytes_ = b"BERTHPREPARED1\n" + encode(list(conditions) + launch)[len("BERTHPLAN1\n"):] if raw is None else raw
    with open(os.path.join(node, f"{os.getuid()}.{job}", "prepared"), "wb") as file:
        file.write(bytes_)
    return node


def call(node, *words, env=None, cwd="/", **more):
    environment = {"PATH": "/bin", "BERTH_NODE_DIR": node, "BERTH_LIBEXEC": libexec(), **({"SHIFTER_IMAGEREQUEST": "ubuntu:24.04"} if env is None else env)}
    return Result(subprocess.run([SHIFTER, *words], env=environment, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30, **more))


def runs(result, text=None):
    assert result.code == 0 and not result.out.startswith("<") and (text is None or result.out == text), result


def hands_over(result, *words):
    assert result.code == 0 and result.out == "".join(f"<{word}>" for word in words) + "\n10\n" and result.err == "", result


def test_a_call_that_fits_becomes_the_program_in_the_prepared_container():
    node = prepared()
    runs(call(node, "sh", "-c", 'echo "$0 $1"; cat /etc/hosts', "zero", "one"), "zero one\nthe image's\n")
    assert call(node, "sh", "-c", "exit 42").code == 42
    result = call(node, "nosuchcmd")
    assert result.code == 127 and result.err == "shifter: nosuchcmd: No such file or directory\n", result


def test_nothing_stands_between_shifter_and_the_program():
    strace, node = program("strace"), prepared()
    environment = {"PATH": "/bin", "BERTH_NODE_DIR": node, "BERTH_LIBEXEC": libexec(), "SHIFTER": "ubuntu:24.04"}
    trace = os.path.join(TEMP, f"trace.{os.getuid()}")
    need(subprocess.run([strace, "-o", "/dev/null", "/bin/true"], capture_output=True).returncode == 0, "nothing may be traced here")
    done = subprocess.run([strace, "-f", "-qq", "-e", "trace=execve,clone,clone3,fork,vfork", "-e", "signal=none", "-o", trace, SHIFTER, "/bin/true"], env=environment, capture_output=True)
    calls = [re.search(r'execve\("([^"]*)', line) for line in open(trace) if "= 0" in line and "execve" in line]
    assert done.returncode == 0 and [os.path.basename(found.group(1)) for found in calls] == ["shifter", "true"], (done, open(trace).read())
    assert "clone" not in open(trace).read()


def test_the_image_is_chosen_as_shifter_does():
    node = prepared()
    for env in ({"SHIFTER": "ubuntu:24.04"}, {"SHIFTER": "custom:mine"}, {"SHIFTER_IMAGEREQUEST": "docker:ubuntu:24.04"}, {"SLURM_SPANK_SHIFTER_IMAGEREQUEST": "ubuntu:24.04"},
                {"SHIFTER_IMAGETYPE": "id", "SHIFTER_IMAGE": "abc123"}, {"SLURM_SPANK_SHIFTER_IMAGETYPE": "id", "SHIFTER_IMAGE": "abc123"}, {"SHIFTER_IMAGETYPE": "docker", "SHIFTER_IMAGE": "ubuntu:24.04"},
                {"SHIFTER_IMAGETYPE": "id", "SHIFTER_IMAGE": "abc123", "SHIFTER_IMAGEREQUEST": "other"}, {"SHIFTER_IMAGE": "other", "SHIFTER_IMAGEREQUEST": "ubuntu:24.04"},
                {"SHIFTER_IMAGE": "", "SHIFTER_IMAGETYPE": "", "SHIFTER_IMAGEREQUEST": "ubuntu:24.04", "SHIFTER": "other"}):
        runs(call(node, "true", env=env), "")
        hands_over(call(node, "-i", "other", "true", env=env), "-i", "other", "true")
    for env in {}, {"SHIFTER": ""}, {"SHIFTER": "ubuntu"}, {"SHIFTER_IMAGETYPE": "id", "SHIFTER_IMAGE": "abc"}, {"SHIFTER_IMAGETYPE": "custom", "SHIFTER_IMAGE": "ubuntu:24.04"}, {"SHIFTER_IMAGE": "abc123"}:
        hands_over(call(node, "true", env=env), "true")
        runs(call(node, "--image=other", "-iubuntu:24.04", "true", env=env), "")
        runs(call(node, "--image", "id:abc123", "true", env=env), "")
    node = prepared([("default-type", "custom"), *CONDITIONS])
    runs(call(node, "--image", "mine", "true"), "")
    hands_over(call(node, "--image", "ubuntu:24.04", "true"), "--image", "ubuntu:24.04", "true")


def test_volumes_and_modules_must_be_those_that_were_set_up():
    volumes = [*CONDITIONS[:3], ("volumes", "/a:/b;/c:/d:ro"), ("volumes", "/c:/d:ro;/a:/b"), ("modules", "mpi,gpu"), ("modules", "MPI")]
    node, image = prepared(volumes), {"SHIFTER": "ubuntu:24.04"}
    inside = {**image, "SHIFTER_VOLUME": "/c:/d:ro;/a:/b", "SLURM_SPANK_SHIFTER_MODULE": "mpi,gpu"}
    runs(call(node, "true", env=inside), "")
    runs(call(node, "-V", "/a:/b", "--volume=/c:/d:ro", "-mMPI", "true", env=image), "")
    runs(call(node, "-V/a:/b;/c:/d:ro", "--module", "mpi,gpu", "true", env={**image, "SHIFTER_VOLUME": "/x:/y"}), "")
    for words in ["-V", "/a:/b"], ["-V", "/a:/b", "-V", "/c:/d"], ["-m", "none"], ["-m", "gpu,mpi"], ["-V", ""]:
        hands_over(call(node, *words, "true", env=inside), *words, "true")
    hands_over(call(node, "true", env=image), "true")
    hands_over(call(node, "true", env={**inside, "SHIFTER_MODULE": ""} | {"SLURM_SPANK_SHIFTER_MODULE": ""}), "true")
    runs(call(prepared(), "--module=NONE", "true"), "")


def test_options_it_does_not_know_or_that_are_wrong_are_handed_over():
    node = prepared()
    for words in (["--help"], ["-h"], ["--version"], ["--writable-tmpfs"], ["--nonsense"], ["-x"], ["-vx"], ["--verbose=1"], ["--imag=ubuntu:24.04"], ["--env=X="], ["-e", "X"], ["-e", "=x"],
                  ["--env-file="], ["--image="], ["--device", "a/b=c"], ["--unset-env=A"]):
        hands_over(call(node, *words, "true"), *words, "true")
    for words in ["--image"], ["-i"], ["-e"], ["-vm"]:
        hands_over(call(node, *words), *words)
    hands_over(call(node, "--entrypoint", "a"), "--entrypoint", "a")
    hands_over(call(node, "--workdir", "a"), "--workdir", "a")
    runs(call(node, "-nvE", "-n", "--", "/bin/echo", "--help", "-x"), "--help -x\n")
    runs(call(node, "/bin/echo", "--image", "other"), "--image other\n")


def test_the_environment_is_made_in_shifter_s_order():
    node = prepared(image=(("env", "IMAGE=1"), ("env", "A=image")), changes=(("env-append", "PATH=/opt/udiImage/bin"), ("env", "MODULE=1"), ("env-unset", "GONE")))
    folder = fresh("work")
    write(os.path.join(folder, "vars"), "B=file\nC=file\n")
    caller = {"SHIFTER": "docker:ubuntu:24.04", "A": "caller", "EMPTY": "", "GONE": "1", "LD_PRELOAD": "/x.so", "LD_LIBRARY_PATH": "/x", "TMPDIR": "/x", "TZDIR": "/x", "GCONV_PATH": "/x", "TMPDIRS": "kept",
              "MALLOC_CHECK_": "1", "LDX": "kept", "SHIFTER_IMAGE": "old"}
    def lines(*words):
        result = call(node, *words, "env", env=caller)
        assert result.code == 0, result
        return dict(line.split("=", 1) for line in result.out.splitlines())
    got = lines("-e", "C=option", "-eD=e=f")
    assert got == {"PATH": "/bin:/opt/udiImage/bin", "BERTH_NODE_DIR": node, "BERTH_LIBEXEC": libexec(), "SHIFTER": "docker:ubuntu:24.04", "SHIFTER_IMAGEREQUEST": "docker:ubuntu:24.04", "SHIFTER_IMAGE": "abc123",
                   "A": "image", "IMAGE": "1", "EMPTY": "", "TMPDIRS": "kept", "LDX": "kept", "C": "option", "D": "e=f", "MODULE": "1"}, got
    node = prepared(mounts=[("bind", folder, "/opt", "ro")])
    result = call(node, "-E", "--env-file", "vars", "--env-file=/opt/vars", "--env", "C=option", "-w/opt", "/bin/env", env=caller)
    assert sorted(result.out.splitlines()) == ["B=file", "C=option", "IMAGE=1", "SHIFTER_IMAGE=abc123", "SHIFTER_IMAGEREQUEST=docker:ubuntu:24.04"], result
    result = call(node, "-E", "--env-file=nowhere", "/bin/env")
    assert result.code == 1 and result.err.startswith("shifter: ") and "nowhere" in result.err, result
    for type_, asked in ("id", "frozen:1"), ("docker", "docker:ubuntu:24.04"):
        env = {"SHIFTER_IMAGETYPE": type_, "SHIFTER_IMAGE": "abc123" if type_ == "id" else "ubuntu:24.04", "SLURM_SPANK_SHIFTER_IMAGEREQUEST": "frozen:1"}
        assert call(node, "sh", "-c", "echo $SHIFTER_IMAGEREQUEST", env=env).out == asked + "\n"


def test_the_start_directory_is_the_caller_s_or_the_one_that_is_asked_for():
    folder = fresh("work")
    node = prepared([*CONDITIONS, ("workdir", "/usr/share")], mounts=[("bind", TEMP, TEMP, "ro")])
    runs(call(node, "sh", "-c", "pwd", cwd=folder), folder + "\n")
    runs(call(node, "--workdir=/etc", "sh", "-c", "pwd"), "/etc\n")
    runs(call(node, "-wetc", "sh", "-c", "pwd", cwd=folder), "/etc\n")
    runs(call(node, "--workdir", "sh", "-c", "pwd"), "/usr/share\n")
    runs(call(node, "-w", "sh", "-c", "pwd"), "/usr/share\n")
    result = call(prepared(), "--workdir=nowhere", "sh", "-c", "pwd")
    assert (result.code, result.out, result.err) == (0, "/\n", "shifter: Failed to switch to working dir: nowhere, staying in /\n"), result
    hands_over(call(prepared(), "--workdir", "sh", "-c", "pwd"), "--workdir", "sh", "-c", "pwd")


def test_the_program_is_made_of_words_entrypoint_and_cmd():
    node = prepared([*CONDITIONS, ("entry", "/bin/echo"), ("entry", "entry"), ("cmd", "cmd"), ("cmd", "more")])
    runs(call(node, "--entrypoint"), "entry cmd more\n")
    runs(call(node, "--entry", "a", "b"), "entry a b\n")
    runs(call(node, "--entrypoint="), "entry cmd more\n")
    runs(call(node, "--entrypoint=echo"), "\n")
    runs(call(node, "--entry=echo", "a", ""), "a \n")
    done = subprocess.run([SHIFTER], env={"PATH": "/bin", "BERTH_NODE_DIR": node, "BERTH_LIBEXEC": libexec(), "SHIFTER": "ubuntu:24.04"}, input=b"echo $0", capture_output=True)
    assert done.stdout == b"/bin/sh\n", done


def test_a_hook_of_a_module_runs_first():
    folder = fresh("hooks")
    write(os.path.join(folder, "hook"), "echo hook\n")
    runs(call(prepared(mounts=[("bind", folder, "/opt", "ro")], hooks=["/opt/hook"]), "echo", "program"), "hook\nprogram\n")


def test_a_job_has_its_own_container():
    node, env = prepared(job="77"), {"SHIFTER": "ubuntu:24.04"}
    runs(call(node, "true", env={**env, "SLURM_JOB_ID": "77"}), "")
    for job in "", "7", "../77", "77/", "077", "7" * 21:
        hands_over(call(node, "true", env={**env, "SLURM_JOB_ID": job}), "true")
    runs(call(prepared(), "true", env={**env, "SLURM_JOB_ID": "../77"}), "")


def test_a_prepared_plan_that_is_not_to_be_trusted_or_wrong_is_left_to_berth_main():
    hands_over(call(fresh("empty"), "true"), "true")
    node = prepared()
    path = os.path.join(node, f"{os.getuid()}.0", "prepared")
    good = open(path, "rb").read()
    runs(call(node, "true"), "")
    for bad in b"", b"BERTHPREPARED1\n", b"BERTHPREPARED2\n" + good[15:], good[:-1], good[:-4], good[:-4] + b"more\0", good + b"x\0", good.replace(b"@set", b"@sex"), good.replace(b"@environment", b"environ"), \
            good.replace(b"identifier\0abc123\0", b""), b"BERTHPREPARED1\nidentifier\0", b"BERTHPREPARED1\nimage\0a\0image\0":
        hands_over(call(prepared(raw=bad), "true"), "true")
    for cut in range(len(good)):
        with open(path, "wb") as file:
            file.write(good[:cut])
        if cut % 7 == 0:
            hands_over(call(node, "true"), "true")
    os.rename(path, path + ".else")
    os.symlink("prepared.else", path)
    hands_over(call(node, "true"), "true")
    os.remove(path)
    os.mkfifo(path)
    hands_over(call(node, "true"), "true")


def test_a_file_s_content_is_no_place():
    node = prepared(mounts=[("file", "/etc/place", 644, "@program")])
    runs(call(node, "cat", "/etc/place"), "@program")


def test_a_script_may_name_shifter_in_its_first_line():
    node, folder = prepared(mounts=[("bind", TEMP, TEMP, "ro")]), fresh("s")
    os.symlink(SHIFTER, os.path.join(folder, "shifter"))
    os.chmod(write(os.path.join(folder, "script"), f'#!{folder}/shifter /bin/sh\n#SBATCH -N 1\necho "$0 $1"; cat /etc/hosts\n'), 0o755)
    environment = {"BERTH_NODE_DIR": node, "BERTH_LIBEXEC": libexec(), "SLURM_SPANK_SHIFTER_IMAGEREQUEST": "ubuntu:24.04"}
    done = subprocess.run([os.path.join(folder, "script"), "one"], env=environment, capture_output=True)
    assert done.stdout.decode() == f"{folder}/script one\nthe image's\n", done


def test_an_installed_shifter_finds_the_other_programs():
    node, prefix = prepared(), fresh("prefix")
    os.makedirs(os.path.join(prefix, "bin")), os.makedirs(os.path.join(prefix, "libexec"))
    shutil.copy(SHIFTER, os.path.join(prefix, "bin"))
    os.symlink(os.path.join(prefix, "bin/shifter"), os.path.join(prefix, "called-so"))
    environment = {"BERTH_NODE_DIR": node, "SHIFTER": "ubuntu:24.04"}
    def ran(name, *words):
        return Result(subprocess.run([os.path.join(prefix, name), *words], env=environment, cwd="/", capture_output=True))
    runs(ran("bin/shifter", "/bin/cat", "/etc/hosts"), "the image's\n")
    result = ran("bin/shifter", "-x")
    assert result.code == 1 and result.err.startswith(f"shifter: berth-main, a part of berth, cannot be started from {prefix}/bin or"), result
    os.symlink(libexec(), os.path.join(prefix, "libexec/berth"))
    for name in "bin/shifter", "called-so":
        runs(ran(name, "/bin/cat", "/etc/hosts"), "the image's\n")
        hands_over(ran(name, "-x"), "-x")


def test_what_is_too_long_for_a_plan_is_handed_over():
    node = prepared([*CONDITIONS, *[("cmd", "x" * 100000)] * 83, ("entry", "/bin/true")])
    runs(call(node, "--entrypoint", "short"), "")
    variable = "A=" + "x" * 100000
    hands_over(call(node, "--entrypoint", "-e", variable), "--entrypoint", "-e", variable)
    many = ["x"] * 65600
    runs(call(prepared(), "true", *many[:60000]), "")
    hands_over(call(prepared(), "true", *many), "true", *many)


def test_words_that_no_system_call_takes_end_as_shifter_ends():
    node, long = prepared(mounts=[("bind", TEMP, TEMP, "ro")]), "x" * 5000
    for word, said in ("", ""), (long, long), ("/" + long, "/" + long):
        result = call(node, word)
        reason = "File name too long" if word.startswith("/") else "No such file or directory"
        assert result.code == 127 and result.err == f"shifter: {said}: {reason}\n", result
    result = call(node, f"--env-file={long}", "true")
    assert result.code == 1 and long in result.err and "File name too long" in result.err, result
    deep = fresh("deep")
    while len(deep) < 4000:
        deep = os.path.join(deep, "d" * min(250, 4090 - len(deep) - 1))
    os.makedirs(deep)
    for words in ["--workdir=/" + long], ["--workdir=/nowhere" + deep[:4070]]:
        result = call(node, *words, "/bin/sh", "-c", "pwd")
        assert (result.code, result.out) == (0, "/\n") and result.err.endswith(", staying in /\n"), result
    runs(call(node, "/bin/sh", "-c", "pwd", cwd=deep), deep + "\n")


def test_root_s_calls_are_handed_over_and_the_runtime_starts_without_compiler():
    node = fresh("node")
    env = {"SHIFTER": "ubuntu:24.04"}
    hands_over(call(node, "-x", "--image=a b", "true", env=env), "-x", "--image=a b", "true")
    result = call(node, "true", env={**env, "BUN_JSC_useJIT": "1"})
    assert result.out == "<true>\n1\n", result


def test_a_call_inside_a_container_is_handed_over():
    node = prepared()
    need(b"/ld-" not in open(SHIFTER, "rb").read(), "this shifter needs a dynamic loader, which no container here has")
    mounts = [("bind", SHIFTER, "/usr/bin/shifter", "ro"), ("bind", node, node, "ro"), ("bind", libexec(), libexec(), "ro"), ("bind", LAUNCH, LAUNCH, "ro")]
    env = ["PATH=/bin", f"BERTH_NODE_DIR={node}", f"BERTH_LIBEXEC={libexec()}", "SHIFTER=ubuntu:24.04"]
    told = ("file", "/var/shifterConfig.json", 644, "{}")
    hands_over(launch(plan(*mounts, ("proc", "/proc"), told, env=env, argv=["/usr/bin/shifter", "true"])), "true")


def test_a_start_costs_little():
    node = prepared()
    environment = {"PATH": "/bin", "BERTH_NODE_DIR": node, "BERTH_LIBEXEC": libexec(), "SHIFTER": "ubuntu:24.04"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(50):
        pid = os.posix_spawn(SHIFTER, [SHIFTER, "/bin/true"], environment)
        os.waitpid(pid, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000 / 50
    print(f"# a start by the native shifter takes {spent:.2f} ms of CPU time")
    assert spent < 25, spent  # ten times the aim: this machine may be busy, a JavaScript runtime takes more
