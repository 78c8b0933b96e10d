import { describe, expect, test } from "vitest";
import { environmentScript } from "../image/metadata/environment.ts";
import { type ImageView, readImageFacts } from "./image-facts.ts";

const ENV_DIR = "/.singularity.d/env/";
const MARK = { Entrypoint: ["/.singularity.d/runscript"], Env: ["A=1"] };

function view(files: Readonly<Record<string, string>>): ImageView {
  return {
    readText: async (path) => files[path],
    kind: async (path) => (path in files ? "file" : undefined),
    list: async (path) =>
      Object.keys(files)
        .filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1)),
  };
}

const STANDARD = {
  [`${ENV_DIR}10-docker2singularity.sh`]: environmentScript(["A=1"]),
  [`${ENV_DIR}90-environment.sh`]: "#!/bin/sh\n",
  [`${ENV_DIR}99-base.sh`]: "#!/bin/sh\nexport X\n",
  "/.singularity.d/runscript": "#!/bin/sh\nexec tool\n",
  "/.singularity.d/test": "#!/bin/sh\n\ntrue\n",
};

describe("an image built from a definition file", () => {
  test("runs its own runscript and test", async () => {
    const facts = await readImageFacts(view(STANDARD), MARK, true);
    expect(facts).toMatchObject({ runscript: "written", testscript: true });
  });

  test("needs no shell when its configuration says all of its environment", async () => {
    expect((await readImageFacts(view(STANDARD), MARK, true)).envScripts).toEqual([]);
  });

  test.each([
    ["%environment", { [`${ENV_DIR}90-environment.sh`]: "#!/bin/sh\nexport B=$A\n" }],
    ["variables of an older image", { [`${ENV_DIR}10-docker2singularity.sh`]: "#!/bin/sh\nexport C=1\n" }],
    ["scripts of its own", { [`${ENV_DIR}50-mine.sh`]: "" }],
  ])("has all scripts sourced when it has %s", async (_, more) => {
    const facts = await readImageFacts(view({ ...STANDARD, ...more }), MARK, true);
    expect(facts.envScripts).toContain("10-docker2singularity.sh");
    expect(facts.envScripts).toContain("99-base.sh");
  });
});

test("an image made from OCI alone is told by its configuration", async () => {
  const facts = await readImageFacts(view(STANDARD), { Cmd: ["sh"] }, true);
  expect(facts).toMatchObject({ runscript: "none", testscript: false, envScripts: [] });
});
