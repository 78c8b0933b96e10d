// Conversions are proved by building both: every Dockerfile of the table that is compared with buildah, and a table of
// definition files, as they are and as `berth convert` rewrites them. The images must be equal but for what the report
// calls approximated or dropped.

import { spawn } from "node:child_process";
import { chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Conversion, contextFolder, toDefinition, toDockerfile } from "../../src/build/convert/index.ts";
import { hostPlatform } from "../../src/oci/platform.ts";
import { removeTree } from "../../src/oci/store/sandboxes.ts";
import { parseDockerfile } from "../../src/recipe/dockerfile/parse.ts";
import { AS_ROOT, asUser, installed, type OrdinaryUser, ordinaryUser, runAs } from "../support/ordinary-user.ts";
import { unmountBelow } from "../support/unmount.ts";
import { type Berth, differencesOf, factsOf } from "./convert/compare.ts";
import { DEFINITIONS } from "./convert/definitions.ts";
import { DEFINITION_DIFFERENCES, DIFFERENCES, type Difference, LEFT_OUT, REFUSED } from "./convert/differences.ts";
import { CASES } from "./dockerfiles/cases.ts";
import { place, writeBases } from "./dockerfiles/peers.ts";

const BINARY = resolve(process.env["BERTH_BINARY"] ?? join(import.meta.dirname, "../../build/berth"));
const MISSING = ["busybox", "xz", "bzip2", "mksquashfs", "squashfuse_ll", "newuidmap"].filter(
  (name) => !installed(name),
);
const BASES = ["base", "bare", "cmd", "other", "onbuild", "silent"];

describe.skipIf(MISSING.length > 0)(
  `a recipe and its conversion${MISSING.length > 0 ? ` [needs ${MISSING}]` : ""}`,
  () => {
    let user: OrdinaryUser;
    let work: string;
    let cache: string;
    let words: Readonly<Record<string, string>>;

    beforeAll(async () => {
      user = ordinaryUser();
      // In small letters, as the name of a base image.
      work = join(tmpdir(), `berth-convert-table-${process.pid}`);
      mkdirSync(work, { mode: 0o755 });
      cache = folder("cache");
      await writeBases(join(work, "bases"));
      const tags = BASES.map((tag) => [tag === "base" ? "BASE" : `BASE:${tag}`, `oci:${work}/bases:${tag}`]);
      words = { ...Object.fromEntries(tags), ID: "table" };
    });
    afterAll(async () => {
      if (!work) return;
      unmountBelow(work);
      // Layers of builds belong to the user's subordinate ids, which only the user's own berth can remove.
      runAs(user, [BINARY, "cache", "clean", "--force"], { env: environment() });
      await removeTree(work);
    });

    const environment = () => ({ HOME: cache, XDG_RUNTIME_DIR: cache, BERTH_CACHEDIR: cache });
    function folder(name: string): string {
      const dir = join(work, name);
      mkdirSync(dir, { recursive: true, mode: 0o755 });
      if (AS_ROOT) chownSync(dir, user.uid, user.gid);
      return dir;
    }
    const berthIn =
      (cwd: string): Berth =>
      (args, input) =>
        runAside(asUser(user, [BINARY, ...args]), { cwd, env: { ...environment(), USER: user.name }, input });

    // Builds both recipes and says what is not the same.
    async function compared({ dir, context, builds, starts }: Comparison): Promise<readonly string[]> {
      const facts = builds.map(async ([source = "", ...more], index) => {
        const layout = join(dir, `image${index}`);
        const built = await berthIn(context)([
          "build",
          "--notest",
          "--layer-compression=none",
          ...more,
          `oci:${layout}:x`,
          source,
        ]);
        expect({ source, ...built, stdout: "" }).toMatchObject({ status: 0 });
        return factsOf(layout, berthIn(dir), starts);
      });
      const [left = {}, right = {}] = await Promise.all(facts);
      return differencesOf(left, right);
    }

    describe("from a Dockerfile to a definition", () => {
      const rows = CASES.map((row, index) => [row.name, row, index] as const);
      test.concurrent.each(rows.filter(([name]) => !LEFT_OUT[name] && !REFUSED[name]))(
        "%s",
        async (name, row, index) => {
          const dir = folder(`d${index}`);
          const { context, file, args } = place(row, dir, words);
          const call = readCall(args);
          const conversion = convertDockerfile(file, context, call);
          const recipe = join(dir, "recipe.def");
          writeFileSync(recipe, conversion.text);
          const ownArgs = Object.entries(call).flatMap(([flag, values]) =>
            values.flatMap((value: string) => [`--${flag}`, value]),
          );
          const builds = [[context, "--file", file, ...ownArgs], [recipe]];
          const found = await compared({ dir, context, builds, starts: STARTS.test(row.file) });
          expectOnly(DIFFERENCES[name] ?? [], found, conversion);
        },
      );

      test.each(rows.filter(([name]) => REFUSED[name]))("%s: refused", (name, row, index) => {
        const { context, file } = place(row, folder(`d${index}`), words);
        expect(() => convertDockerfile(file, context, readCall([]))).toThrow(REFUSED[name]);
      });

      test.skip.each(Object.entries(LEFT_OUT))("%s [%s]", () => undefined);

      test("every listed row is one of the table", () => {
        const names = CASES.map(({ name }) => name);
        expect([DIFFERENCES, LEFT_OUT, REFUSED].flatMap(Object.keys).filter((name) => !names.includes(name))).toEqual(
          [],
        );
      });
    });

    describe("from a definition to a Dockerfile", () => {
      test.concurrent.each(DEFINITIONS.map((row, index) => [row.name, row, index] as const))(
        "%s",
        async (name, row, index) => {
          const dir = folder(`f${index}`);
          const { context } = place({ name, file: "", context: row.context ?? {} }, dir, words);
          const source = { name: "recipe.def", text: `${row.file.replaceAll("LAYOUT", `${work}/bases`)}\n` };
          const given = Object.entries(row.args ?? {});
          const conversion = toDockerfile({
            source,
            arguments: new Map(given),
            context: contextFolder(context, join(context, "recipe.def")),
          });
          writeFileSync(join(context, "recipe.def"), source.text);
          writeFileSync(join(dir, "Dockerfile"), conversion.text);
          const args = given.flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]);
          const builds = [
            ["recipe.def", ...args],
            [context, "--file", join(dir, "Dockerfile")],
          ];
          const found = await compared({ dir, context, builds, starts: STARTS.test(row.file) });
          expectOnly(DEFINITION_DIFFERENCES[name] ?? [], found, conversion);
        },
      );
    });
  },
);

interface Comparison {
  readonly dir: string;
  readonly context: string;
  /** The source of each build, and its flags. */
  readonly builds: readonly (readonly string[])[];
  readonly starts: boolean;
}

// Recipes that say what is started, or begin with an image of their own kind.
const STARTS = /^\s*(?:CMD|ENTRYPOINT|SHELL|%runscript|%environment|%app)|BASE:/m;

function expectOnly(known: readonly Difference[], found: readonly string[], { rows }: Conversion): void {
  expect(found).toEqual(known.flatMap(({ what }) => what).sort());
  const announced = rows.flatMap(({ fidelity, notes }) => (fidelity === "exact" ? [] : notes)).join("\n");
  for (const one of known) if ("note" in one) expect(announced).toContain(one.note);
}

interface Call {
  readonly target: readonly string[];
  readonly "build-arg": readonly string[];
}

// What decides the recipe's meaning; labels of the call are no part of it.
function readCall(args: readonly string[]): Call {
  const values = (flag: string) => args.filter((_, index) => args[index - 1] === flag);
  return { target: values("--target"), "build-arg": values("--build-arg") };
}

function convertDockerfile(path: string, context: string, call: Call): Conversion {
  const pairs = call["build-arg"].map(
    (text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)] as const,
  );
  return toDefinition({
    file: parseDockerfile({ name: "Dockerfile", text: readFileSync(path, "utf8") }),
    context: contextFolder(context, path),
    buildArgs: new Map(pairs),
    target: call.target[0],
    platform: hostPlatform(),
  });
}

function runAside(
  [command = "false", ...args]: readonly string[],
  {
    cwd,
    env,
    input = "",
  }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly input?: string | undefined },
): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }> {
  const path = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, env: { PATH: path, ...env } });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdin.on("error", () => undefined).end(input);
    child.once("close", (status) => done({ status, stdout, stderr }));
  });
}
