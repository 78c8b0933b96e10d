import { describe, expect, test } from "vitest";
import { pyxisImage, pyxisVolumes } from "./pyxis.ts";
import { readSubmission } from "./submission.ts";

const submitter = { env: { A: "1", EMPTY: "", ODD: "a\nb" }, cwd: "/home/u/run", home: "/home/u" };
const refused = (option: string) =>
  expect.objectContaining({ code: "E_SLURM_OPTION", fields: expect.objectContaining({ option }) });

describe("options of sbatch, salloc and srun", () => {
  test("an image with volumes leaves the tasks outside", () => {
    expect(readSubmission({ image: "docker:a:1", volume: ["/x:/y", "/z:/w:ro"], module: "mpi" }, submitter)).toEqual({
      image: "docker:a:1",
      volumes: ["/x:/y", "/z:/w:ro"],
      modules: "mpi",
      task: undefined,
      ccm: false,
    });
  });

  test("an entrypoint takes the tasks inside", () => {
    expect(readSubmission({ image: "a", entrypoint: true, "env-file": ["e"] }, submitter).task).toEqual([
      "--entrypoint",
      "--env-file=e",
    ]);
    expect(readSubmission({ image: "a", entrypoint: "/bin/x" }, submitter).task).toEqual(["--entrypoint=/bin/x"]);
  });

  test("the words of pyxis take the tasks inside", () => {
    const got = readSubmission(
      {
        "container-image": "registry.example#lab/tool:2",
        "container-mounts": ["data:/data:ro,/scratch:/scratch"],
        "container-workdir": "/data",
        "container-env": ["A,EMPTY,MISSING"],
        "container-writable": true,
        "container-mount-home": true,
      },
      submitter,
    );
    expect(got).toEqual({
      image: "docker:registry.example/lab/tool:2",
      volumes: ["/home/u/run/data:/data:ro", "/scratch:/scratch", "/home/u:/home/u"],
      modules: undefined,
      task: ["--workdir=/data", "--env=A=1", "--writable-tmpfs"],
      ccm: false,
    });
  });

  test("ccm is the node's own files, and nothing beside it", () => {
    expect(readSubmission({ ccm: true }, submitter)).toMatchObject({ image: "local:/", task: [], ccm: true });
    expect(() => readSubmission({ ccm: true, image: "docker:a" }, submitter)).toThrow(refused("ccm"));
  });

  test.each([
    [{ image: "a", "container-image": "b" }, "container-image"],
    [{ "container-image": "a", "container-name": "x" }, "container-name"],
    [{ "container-image": "a", "container-save": "/x" }, "container-save"],
    [{ "container-image": "a", "container-remap-root": true }, "container-remap-root"],
    [{ image: "a", "env-file": ["x"] }, "env-file"],
    [{ image: "a", "container-workdir": "/x" }, "container-workdir"],
    [{ "container-image": "a", "container-env": ["ODD"] }, "env"],
  ])("%j is refused", (options, option) => {
    expect(() => readSubmission(options, submitter)).toThrow(refused(option));
  });
});

describe("what users of pyxis write", () => {
  test.each([
    ["ubuntu:24.04", "docker:ubuntu:24.04"],
    ["docker://ubuntu", "docker:ubuntu"],
    ["ghcr.io#a/b@sha256:00", "docker:ghcr.io/a/b@sha256:00"],
    ["id:abc", "id:abc"],
    ["docker:alpine", "docker:alpine"],
  ])("%s is %s", (text, image) => {
    expect(pyxisImage(text)).toBe(image);
  });

  test.each(["/x/y.sqsh", "./y", "y.sqsh", "dockerd://a", "me@ghcr.io#a", "me@alpine"])("%s is no image", (text) => {
    expect(() => pyxisImage(text)).toThrow(refused("container-image"));
  });

  test.each(["a:b:c:d", ":x", "a:b:x-create=dir"])("%s is no mount", (text) => {
    expect(() => pyxisVolumes(text, "/")).toThrow(refused("container-mounts"));
  });

  test("a path alone is mounted at its place", () => {
    expect(pyxisVolumes("/a,b", "/home")).toEqual(["/a:/a", "/home/b:/home/b"]);
  });
});
