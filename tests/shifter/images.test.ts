// Rows 17-32 and 74 of spec/shifter.md 10.2 and 10.4: which image runs, and who may run it.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IMAGES, obstacle, openWorld, type World } from "./world.ts";

const reason = obstacle();

describe.skipIf(reason)(`images of shifter${reason ? ` [${reason}]` : ""}`, () => {
  let world: World;
  beforeAll(() => {
    world = openWorld();
  });
  afterAll(() => world?.close());

  const run = (image: string, options = {}) =>
    world.shifter([`--image=${image}`, "echo", "ran"], { noImage: true, ...options });
  const ran = { status: 0, out: "ran", err: "" };

  test.each([
    ["row 21: an odd name is refused where Shifter altered it", "this is *incorrect*", '" " cannot stand in it'],
    ["row 22: so is shell code", "docker:echo test; rm -rf thing1", '" " cannot stand in it'],
    ["row 23: so is a slash where it was dropped", "custom:a/b", "a name of the type custom has no /"],
    ["row 27: a list of others", `id:${IMAGES.others}`, `FAILED permission denied to image ${IMAGES.others}`],
    ["row 29: a list of others and an empty list of groups", `id:${IMAGES.mixed}`, "FAILED permission denied to image"],
    ["row 30: an id that is not there", "id:nosuch", "FAILED to find requested image"],
    ["row 31: another format", `id:${IMAGES.ext4}`, "unknown image format ext4"],
    ["row 32: a directory, which the site does not allow", "local:/", "this site does not allow directories as images"],
    [
      "rows 17 and 18: a name, where the site has no gateway",
      "ubuntu:14.04",
      "FAILED to lookup docker image ubuntu:14.04",
    ],
  ])("%s", (_, image, why) => {
    const { status, out, err } = run(image);
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(err).toContain(why);
  });

  test("row 20: a default type that is none is refused with the configuration", () => {
    expect(run("x", { conf: ["defaultImageType=invalid"] })).toMatchObject({ status: 1, out: "" });
  });

  test("row 28: a list with a group of the caller", () => {
    expect(run(`id:${IMAGES.ours}`)).toEqual({ ...ran, signal: null });
  });

  test("row 32: a directory, which the site allows", () => {
    const answer = run(`local:${world.place("tree")}`, { conf: ["allowLocalChroot=1"] });
    // It says nothing of an environment.
    expect(answer).toMatchObject({ status: 0, out: "ran" });
    const config = world.shifter([`--image=local:${world.place("tree")}`, "cat", "/var/shifterConfig.json"], {
      ...{ noImage: true, conf: ["allowLocalChroot=1"] },
    });
    expect(JSON.parse(config.out)).toMatchObject({ identifier: world.place("tree") });
  });

  test("a type in any case but its own is a part of the name", () => {
    expect(run("Docker:x").err).toContain("FAILED to lookup docker image Docker:x");
  });

  test("what berth's own file says of an image counts before .meta", () => {
    const words = [`--image=id:${IMAGES.exact}`, "--entrypoint"];
    expect(world.shifter(words, { noImage: true })).toMatchObject({ status: 0, out: "a b it's" });
    const two = world.shifter([`--image=id:${IMAGES.exact}`, "sh", "-c", 'echo "$TWO"'], { noImage: true });
    expect(two.out).toBe("lines\nof text");
  });

  describe("row 74: chosen by", () => {
    const show = (env: Record<string, string>, ...words: string[]) =>
      world.shifter([...words, "sh", "-c", "echo $SHIFTER_IMAGEREQUEST $SHIFTER_IMAGE"], { noImage: true, env });
    const [plain, bare] = [IMAGES.plain, IMAGES.bare];

    test.each<[string, Record<string, string>, string]>([
      [
        "SHIFTER_IMAGETYPE and SHIFTER_IMAGE",
        { SHIFTER_IMAGETYPE: "id", SHIFTER_IMAGE: plain },
        `id:${plain} ${plain}`,
      ],
      [
        "the variables of the batch system",
        { SLURM_SPANK_SHIFTER_IMAGETYPE: "id", SLURM_SPANK_SHIFTER_IMAGE: plain },
        `id:${plain} ${plain}`,
      ],
      [
        "one half of either, the user's first",
        { SLURM_SPANK_SHIFTER_IMAGETYPE: "id", SLURM_SPANK_SHIFTER_IMAGE: plain, SHIFTER_IMAGE: bare },
        `id:${bare} ${bare}`,
      ],
      [
        "a frozen image, which keeps the name that was asked for",
        { SHIFTER_IMAGETYPE: "id", SHIFTER_IMAGE: plain, SHIFTER_IMAGEREQUEST: "docker:tool:1" },
        `docker:tool:1 ${plain}`,
      ],
      ["SHIFTER_IMAGEREQUEST", { SHIFTER_IMAGEREQUEST: `id:${plain}` }, `id:${plain} ${plain}`],
      ["SLURM_SPANK_SHIFTER_IMAGEREQUEST", { SLURM_SPANK_SHIFTER_IMAGEREQUEST: `id:${plain}` }, `id:${plain} ${plain}`],
      ["SHIFTER, which Shifter only promises", { SHIFTER: `id:${plain}` }, `id:${plain} ${plain}`],
    ])("%s", (_, env, want) => {
      expect(show(env)).toEqual({ status: 0, signal: null, out: want, err: "" });
    });

    test("the option before all variables", () => {
      expect(show({ SHIFTER: `id:${plain}`, SHIFTER_IMAGEREQUEST: "id:x" }, `--image=id:${bare}`).out).toBe(
        `id:${bare} ${bare}`,
      );
    });

    test("nothing: it says so", () => {
      expect(show({ SHIFTER_IMAGE: plain })).toMatchObject({
        status: 1,
        out: "",
        err: expect.stringMatching(/No image specified/),
      });
    });
  });
});
