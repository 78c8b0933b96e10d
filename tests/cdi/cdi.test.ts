// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are words of shell code
// Devices of a vendor who does not exist, in containers of an ordinary user: the packed binary, the real launcher, the image's own linker.

import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTree, packSif, packSquashfs } from "../run/images.ts";
import { AS_ROOT, installed, type OrdinaryUser, ordinaryUser, runAs } from "../support/ordinary-user.ts";
import { removeAll } from "../support/unmount.ts";
import { makeGlibcTree, makeLibraries, specification, vendorEdits } from "./vendor.ts";

const BINARY = resolve(process.env["BERTH_BINARY"] ?? join(dirname(dirname(import.meta.dirname)), "build", "berth"));

function obstacle(): string | undefined {
  if (!existsSync(BINARY)) return `${BINARY} is not built`;
  const program = ["gcc", "ldd", "busybox", "mksquashfs", "squashfuse_ll"].find((name) => !installed(name));
  if (program) return `${program} is not installed`;
  return existsSync("/sbin/ldconfig") ? undefined : "/sbin/ldconfig is not there";
}

const reason = obstacle();
const FAKE = "vendor.example/gpu";
const node = (path: string, hostPath: string) => ({ deviceNodes: [{ path, hostPath }] });

describe.skipIf(reason)(`a device${reason ? ` [${reason}]` : ""}`, { timeout: 30_000 }, () => {
  let user: OrdinaryUser;
  let dir = "";
  const place = (name: string): string => join(dir, name);
  const spec = (name: string, value: object) => writeFileSync(place(name), JSON.stringify(value));

  beforeAll(async () => {
    user = ordinaryUser();
    dir = mkdtempSync(join(tmpdir(), "berth-cdi-"));
    chmodSync(dir, 0o755);
    for (const name of ["home", "work", "cdi", "later", "nv", "bad", "twice"]) mkdirSync(place(name));
    makeLibraries(place("libs"));
    makeGlibcTree(place("tree"), place("libs"));
    packSquashfs(place("tree"), place("image.sqfs"));
    await packSif(place("tree"), place("image.sif"), { Env: ["PATH=/bin"] });
    makeTree(place("musl"));
    mkdirSync(place("musl/lib"));
    writeFileSync(place("musl/lib/ld-musl-x86_64.so.1"), "");
    packSquashfs(place("musl"), place("musl.sqfs"));
    writeSpecifications();
    if (AS_ROOT) for (const name of ["home", "work"]) chownSync(place(name), user.uid, user.gid);
  });

  function writeSpecifications(): void {
    const common = vendorEdits(place("libs"));
    const two = { "0": node("/dev/vendor0", "/dev/null"), "1": node("/dev/vendor/one", "/dev/zero") };
    spec("cdi/vendor.json", specification(FAKE, { ...two, stale: node("/dev/x", "/dev/no-such-device") }, common));
    spec("later/vendor.json", specification(FAKE, { "1": { env: ["WHICH=later"] } }, {}));
    const gpus = Object.fromEntries(
      [0, 1, 2].map((n) => [String(n), { ...node(`/dev/nvidia${n}`, "/dev/null"), env: [`GPU${n}=1`] }]),
    );
    const all = { deviceNodes: Object.values(gpus).flatMap(({ deviceNodes }) => deviceNodes), env: ["ALL=1"] };
    spec("nv/nvidia.json", specification("nvidia.com/gpu", { ...gpus, all }, common));
    const hooks = [{ hookName: "createContainer", path: "/opt/vendor/tool", args: ["tool", "invent"] }];
    writeFileSync(place("bad/broken.json"), "{");
    writeFileSync(
      place("bad/good.yaml"),
      `cdiVersion: 0.5.0\nkind: ${FAKE}\ndevices:\n  - name: 0\n    containerEdits:\n      env: [FROM=yaml]\n      hooks: ${JSON.stringify(hooks)}\n`,
    );
    for (const name of ["a", "b"]) spec(`twice/${name}.json`, specification(FAKE, { "0": {} }, {}));
  }

  afterAll(() => {
    runAs(user, ["sh", "-c", 'for m in "$0"/*.lock; do fuser -k -TERM "$m"; done', place("home/run/mnt")]);
    runAs(user, ["sh", "-c", 'for m in "$0"/*/; do fusermount3 -uz "$m"; done', place("home/run/mnt")]);
    removeAll(dir);
  });

  function run(flags: readonly string[], script: string, env: Record<string, string> = {}, image = "image.sqfs") {
    const all = {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      BERTH_CACHEDIR: place("home/cache"),
      BERTH_RUNTIMEDIR: place("home/run"),
      ...env,
    };
    const argv = [BINARY, "exec", ...flags, place(image), "sh", "-c", script];
    const { status, stdout, stderr } = runAs(user, argv, { env: all, cwd: place("work"), input: "" });
    return { status, out: stdout.trimEnd(), err: stderr };
  }
  const fake = (name: string, ...more: string[]) => [
    "--device",
    `${FAKE}=${name}`,
    "--cdi-dirs",
    place("cdi"),
    ...more,
  ];

  test.each([["image.sqfs"], ["image.sif"], ["tree"]])("brings libraries that the linker of %s finds", (image) => {
    const answer = run(fake("0"), "ask; echo $VENDOR $LD_LIBRARY_PATH", {}, image);
    expect(answer).toMatchObject({ status: 0, err: "" });
    expect(answer.out).toBe("linked 41, opened 42\nhere /.singularity.d/libs");
  });

  test("leaves the libraries that the image's cache has where they are", () => {
    const { out } = run(fake("0"), "ldconfig -p | sed 's/(libc6.*)/(ABI)/'");
    expect(out).toContain("libplug.so.2 (ABI) => /opt/own/libplug.so.2");
    expect(out).toContain("libfake.so.1 (ABI) => /usr/lib/vendor/libfake.so.1\n");
  });

  test("makes the links that its hooks ask for, and those with sonames", () => {
    const { out } = run(fake("0"), "cd /usr/lib/vendor; ls -l | sed -n 's/.* \\(lib.* -> .*\\)/\\1/p'");
    expect(out.split("\n")).toEqual([
      "libfake.so.1 -> libfake.so.1.0",
      "libplug.so -> libplug.so.2",
      "libplug.so.2 -> libplug.so.2.0",
    ]);
  });

  test.each([[[]], [["--contain"]], [["--ipc"]], [["--containall", "--fakeroot"]], [["--userns", "--pid"]]])(
    "is in /dev under its own name, with %j",
    (flags) => {
      const script =
        'echo gone >/dev/vendor0 && head -c 3 /dev/vendor/one | wc -c; head -c 1 /dev/zero | wc -c; echo "$?"';
      const answer = run([...fake("0"), "--device", `${FAKE}=1`, ...flags], script);
      expect(answer).toMatchObject({ status: 0, out: "3\n1\n0" });
    },
  );

  test("is not there when nobody asks for it", () => {
    expect(run([], "ls /dev/vendor0 /usr/lib/vendor").status).not.toBe(0);
    expect(run(fake("1"), "ls /dev/vendor0").status).not.toBe(0);
  });

  test("is found by LD_LIBRARY_PATH where a cache cannot lie", () => {
    const path = "/usr/lib/vendor";
    expect(run(fake("0"), "echo $LD_LIBRARY_PATH", {}, "musl.sqfs").out).toBe(path);
    expect(run(fake("0", "--writable-tmpfs"), "ask && ldconfig && echo $LD_LIBRARY_PATH").out).toBe(
      `linked 41, opened 42\n${path}`,
    );
  });

  test("of a later folder counts", () => {
    const dirs = ["--cdi-dirs", place("cdi"), "--cdi-dirs", place("later")];
    const script = 'echo "$WHICH,$VENDOR"';
    expect(run(["--device", `${FAKE}=1`, ...dirs], script).out).toBe("later,");
    expect(run(["--device", `${FAKE}=0`, ...dirs], script).out).toBe(",here");
  });

  test("in a YAML file is read; a broken file beside it and a hook that berth does not know are warnings", () => {
    const { status, out, err } = run(["--device", `${FAKE}=0`, "--cdi-dirs", place("bad")], "echo $FROM");
    expect({ status, out }).toEqual({ status: 0, out: "yaml" });
    expect(err).toContain("Ignoring the CDI specification");
    expect(err).toContain('The CDI hook "invent" is not known to berth');
  });

  test("that is not there is refused, and those that are there are named", () => {
    const { status, err } = run(fake("9"), "true");
    expect(status).toBe(255);
    expect(err).toContain(`has the device ${FAKE}=9`);
    expect(err).toContain(`known devices: ${FAKE}=0, ${FAKE}=1`);
  });

  test("whose node the host lacks is refused", () => {
    const { status, err } = run(fake("stale"), "true");
    expect(status).toBe(255);
    expect(err).toContain(`the device ${FAKE}=stale needs /dev/no-such-device of this host`);
  });

  test("that two files of a folder have is refused", () => {
    const { status, err } = run(["--device", `${FAKE}=0`, "--cdi-dirs", place("twice")], "true");
    expect(status).toBe(255);
    expect(err).toContain("a.json");
  });

  describe("of --nv", () => {
    const gpus = (env: Record<string, string>, ...more: string[]) =>
      run(
        ["--nv", "--cdi-dirs", place("nv"), ...more],
        'echo $(ls /dev | grep nvidia) "$ALL$GPU0$GPU1$GPU2" "${CUDA_VISIBLE_DEVICES-unset}"',
        env,
      ).out;

    test("is every GPU when nothing binds them", () => {
      expect(gpus({})).toBe("nvidia0 nvidia1 nvidia2 1 unset");
      expect(gpus({}, "--contain")).toBe("nvidia0 nvidia1 nvidia2 1 unset");
    });

    test("is what the task is bound to, counted anew where the container has only that", () => {
      expect(gpus({ CUDA_VISIBLE_DEVICES: "1" })).toBe("nvidia1 1 1");
      expect(gpus({ CUDA_VISIBLE_DEVICES: "2,1" }, "--contain")).toBe("nvidia1 nvidia2 11 0,1");
    });

    test("is none when the batch system says so, and the libraries are there all the same", () => {
      expect(gpus({ CUDA_VISIBLE_DEVICES: "" })).toBe("");
      const { out, err } = run(["--nv", "--cdi-dirs", place("nv")], "ask", { CUDA_VISIBLE_DEVICES: "NoDevFiles" });
      expect(out).toBe("linked 41, opened 42");
      expect(err).toContain("The container has no GPU: CUDA_VISIBLE_DEVICES says so");
      expect(
        run(["--nvccli", "--cdi-dirs", place("nv")], "ls /usr/lib/vendor", { NVIDIA_VISIBLE_DEVICES: "void" }).status,
      ).toBe(1);
    });

    test("that is not on the node is a warning, and the program runs", () => {
      const absent = run(["--nv", "--cdi-dirs", place("nv")], "echo ok", { CUDA_VISIBLE_DEVICES: "7" });
      expect(absent).toMatchObject({ status: 0, out: "ok" });
      expect(absent.err).toContain("CUDA_VISIBLE_DEVICES names GPUs that are not here: 7");
      const nowhere = run(["--nv", "--rocm", "--cdi-dirs", place("home")], "echo ok");
      expect(nowhere).toMatchObject({ status: 0, out: "ok" });
      expect(nowhere.err).toContain("nvidia.com/gpu=all");
      expect(nowhere.err).toContain("amd.com/gpu=all");
    });
  });
});
