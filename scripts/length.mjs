// House rule: a file has one subject and at most 300 lines (tests and what is generated exempt); a function fits a screen.
// Exits 1 with the places that are longer.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const MAX_FILE = 300;
const MAX_FUNCTION = 60;
const root = join(import.meta.dirname, "..");
const findings = [];

const sources = ["src", "web"].flatMap((room) =>
  readdirSync(join(root, room), { recursive: true }).map((entry) => join(room, entry)),
);
for (const entry of sources) {
  if (!/\.tsx?$/.test(entry) || entry.endsWith(".test.ts")) continue;
  const lines = readFileSync(join(root, entry), "utf8").split("\n");
  if (lines[0]?.startsWith("// Generated ")) continue;
  if (lines.length - 1 > MAX_FILE) findings.push(`${entry}: ${lines.length - 1} lines`);
  let start;
  for (const [index, line] of lines.entries()) {
    if (/^(export )?(async )?function\*? /.test(line)) start = { index, name: /function\*? (\w+)/.exec(line)?.[1] };
    if (line === "}" && start) {
      const length = index - start.index + 1;
      if (length > MAX_FUNCTION) findings.push(`${entry}:${start.index + 1}: ${start.name} has ${length} lines`);
      start = undefined;
    }
  }
}

for (const finding of findings) console.error(finding);
process.exitCode = findings.length > 0 ? 1 : 0;
