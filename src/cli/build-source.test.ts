import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { contextFilter, ignoreFile } from "./build-source.ts";

describe("what a context does not show", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "berth-build-source-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("is said by the file of the Dockerfile's own name, else by that of the folder", async () => {
    const recipe = join(folder, "Dockerfile");
    expect(await contextFilter(recipe, folder)).toBeUndefined();
    writeFileSync(join(folder, ".dockerignore"), "secret\n");
    expect((await contextFilter(recipe, folder))?.ignored("secret")).toBe(true);
    writeFileSync(`${recipe}.dockerignore`, "other\n");
    expect((await contextFilter(recipe, folder))?.ignored("secret")).toBe(false);
  });

  test("is not taken for nothing when its file cannot be read", async () => {
    mkdirSync(join(folder, ".dockerignore"));
    await expect(ignoreFile(folder)).rejects.toMatchObject({ code: "E_BUILD_CONTEXT" });
  });
});
