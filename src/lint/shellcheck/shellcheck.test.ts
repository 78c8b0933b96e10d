// ShellCheck as a second engine: scripts are found in texts, and what it says comes back to the right places.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DocumentKind } from "../../policy/document-kind.ts";
import { isInstalled } from "./run-shellcheck.ts";
import { shellFindings } from "./shellcheck.ts";

const { env } = process;
const installed = isInstalled(env);

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "berth-shellcheck-"));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

async function told(text: string, kind: DocumentKind): Promise<readonly string[]> {
  const found = await shellFindings([{ source: { name: "x", text }, kind }], { env });
  return (found.get("x") ?? []).map(({ rule, place }) => {
    const { start = 0, end = 0 } = place?.range ?? {};
    return `${rule} ${text.slice(start, end)}`;
  });
}

describe.skipIf(!installed)("shellcheck (needs the program)", () => {
  test("sees RUN through continuations, comments and characters beyond the first plane", async () => {
    const text = 'FROM a\nRUN true \\\n  # \u{1F600}\n  && echo "\u{1F600}" \\\n  && rm $1/x\n';
    expect(await told(text, "dockerfile")).toContain("SC2086 $1");
  });

  test("sees here-documents with a shell of their own", async () => {
    const text = "FROM a\nRUN <<EOF\n#!/bin/bash\nx=`pwd`\ncat $x\nEOF\n";
    expect(await told(text, "dockerfile")).toEqual(expect.arrayContaining(["SC2006 `pwd`", "SC2086 $x"]));
  });

  test("sees sections of definition files and whole scripts", async () => {
    expect(await told("Bootstrap: docker\nFrom: a\n\n%post\n    rm $1/x\n", "definition")).toContain("SC2086 $1");
    expect(await told("#!/bin/sh\nrm $1/x\n", "script")).toContain("SC2086 $1");
  });

  test("knows variables of the recipe, and that a failing cd ends a script of -e", async () => {
    expect(await told('FROM a\nENV opt=1\nRUN test -n "$opt"\n', "dockerfile")).toEqual([]);
    expect(await told("Bootstrap: docker\nFrom: a\n\n%post\n    cd /opt\n    make\n", "definition")).toEqual([]);
  });

  test("is not asked about commands without a shell, other interpreters and compose files", async () => {
    expect(
      await told('FROM a\nCMD ["rm", "$1"]\nRUN <<EOF\n#!/usr/bin/python3\nprint(1)\nEOF\n', "dockerfile"),
    ).toEqual([]);
    expect(await told("#!/usr/bin/python3\nx = `a`\n", "script")).toEqual([]);
    expect(await told("services: {}\n", "compose")).toEqual([]);
  });

  test("hears its own comments in scripts", async () => {
    expect(await told("#!/bin/sh\n# shellcheck disable=SC2086\nrm $1/x\n", "script")).toEqual([]);
  });
});

test("that does not work is a failure of the engine", async () => {
  const text = "#!/bin/sh\nrm $1\n";
  const ask = (PATH: string) => shellFindings([{ source: { name: "x", text }, kind: "script" }], { env: { PATH } });
  await expect(ask("/nonexistent")).rejects.toMatchObject({ code: "E_LINT_ENGINE", exit: 3 });
  const broken = join(work, "shellcheck");
  writeFileSync(broken, "#!/bin/sh\necho oh no >&2\nexit 4\n");
  chmodSync(broken, 0o755);
  await expect(ask(`${work}:/usr/bin:/bin`)).rejects.toThrow("oh no");
});
