// berth's reader beside docker-compose's own: what docker-compose makes of a recipe (its variables, merged files and extended services
// written out) must be the same stack as what berth makes of the recipe itself.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { codeFrame } from "../../src/base/source.ts";
import { readStack } from "../../src/recipe/compose/index.ts";
import type { StackSpec } from "../../src/recipe/stack/types.ts";
import { CASES, type Case } from "./cases.ts";

const PYTHON = "/usr/bin/python3";
const JUDGE = join(import.meta.dirname, "judge.py");
const hasJudge = existsSync("/usr/lib/python3/dist-packages/compose/config");
const folder = mkdtempSync(join(tmpdir(), "berth-compose-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Verdict {
  readonly config?: string;
  readonly error?: string;
}

let verdicts: readonly Verdict[] = [];
// One process for all cases: starting it costs more than judging.
beforeAll(() => {
  if (!hasJudge) return;
  const lines = CASES.map(({ files }, index) => {
    const place = join(folder, String(index));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(place, name)), { recursive: true });
      writeFileSync(join(place, name), text);
    }
    return [place, ...composeFiles(files)].join(" ");
  });
  const answers = execFileSync(PYTHON, [JUDGE], {
    input: `${lines.join("\n")}\n`,
    encoding: "utf8",
    env: { PATH: "/usr/bin" },
  });
  verdicts = answers
    .trim()
    .split("\n")
    .map((line): Verdict => JSON.parse(line));
});

function composeFiles(files: Case["files"]): readonly string[] {
  return ["compose.yml", "override.yml"].filter((name) => name in files);
}

function ours(files: Case["files"]) {
  const given = composeFiles(files).map((name) => ({ name, text: files[name] ?? "" }));
  return readStack(given, { name: "test", read: (path) => files[path] });
}

/** What has no order, in one order. */
function sorted(spec: StackSpec | undefined): unknown {
  const byName = <T extends { readonly name: string }>(things: readonly T[]) =>
    [...things].sort((a, b) => (a.name < b.name ? -1 : 1));
  return (
    spec && {
      ...spec,
      services: byName(spec.services).map((service) => ({
        ...service,
        networks: byName(service.networks),
        dependsOn: [...service.dependsOn].sort((a, b) => (a.service < b.service ? -1 : 1)),
        // docker-compose writes them out by their numbers.
        ports: [...service.ports].sort((a, b) => a.container - b.container),
        mounts: [...service.mounts].sort((a, b) => (a.target < b.target ? -1 : 1)),
        dns: [...service.dns].sort(),
      })),
      networks: byName(spec.networks),
      volumes: byName(spec.volumes),
      secrets: byName(spec.secrets),
    }
  );
}

test.skipIf(!hasJudge).each(CASES.map((one, index) => ({ ...one, index })))(
  "like docker-compose (skipped without Debian's docker-compose): $name",
  ({ files, refused, differs, index }) => {
    const verdict = verdicts[index];
    const own = ours(files);
    const said = own.notes.filter(({ severity }) => severity === "error");
    const shown = said.map((note) => `${note.message}\n${note.place ? codeFrame(note.place) : ""}`).join("\n");
    if (refused) {
      if (differs === undefined) expect(verdict?.error, "docker-compose takes it").toBeDefined();
      expect(own.spec).toBeUndefined();
      return;
    }
    expect(verdict?.error).toBeUndefined();
    expect(own.spec, shown).toBeDefined();
    const theirs = readStack([{ name: "judged.yml", text: verdict?.config ?? "" }], {
      name: "test",
      read: () => undefined,
    });
    expect(sorted(own.spec)).toEqual(sorted(theirs.spec));
  },
);
