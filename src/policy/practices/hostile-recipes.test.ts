// What attackers and accidents make of recipes: secrets must not come into messages, and checks end with any text, before
// the time of a test is over.

import { describe, expect, test } from "vitest";
import { judgeImage } from "../judge-image.ts";
import { lintText } from "../lint-text.ts";
import type { Practice } from "../practice.ts";
import { EXAMPLE_IMAGE } from "../practice-example.ts";
import { GENERIC } from "../profiles/generic.ts";
import { SAME_ENV } from "./environment/env-form.ts";
import { EXPORTS_IN_RUN } from "./environment/lost-exports.ts";
import { exampleFile, exampleFiles } from "./example-parts.ts";
import { LICENCE_LABEL } from "./licences/licence-words.ts";
import { VOLUMES } from "./mounts/data-volumes.ts";
import { FILE_OWNERS } from "./users/file-owners.ts";
import { OPEN_MODES } from "./users/modes.ts";

const many = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, at) => part(at)).join("");

function linted(practice: Practice, text: string) {
  const policy = { ...GENERIC, severities: new Map() };
  return lintText({ name: "Dockerfile", text: `FROM debian:13.1\n${text}` }, { policy, practices: [practice] });
}

test("No message shows what a RUN exports", () => {
  const findings = linted(EXPORTS_IN_RUN, "RUN export API_TOKEN=hunter22 OTHER=geheim\n");
  const said = findings.map(({ message, hint }) => `${message} ${hint}`).join("\n");
  expect(said).toContain("API_TOKEN=…");
  expect(said).not.toMatch(/hunter22|geheim/);
});

describe("A check ends with", () => {
  test.each([
    ["40,000 variables of one ENV", SAME_ENV, `ENV${many(40_000, (at) => ` A${at}=$B`)}\n`],
    ["20,000 volumes, each written to", VOLUMES, many(20_000, (at) => `VOLUME /a${at}\nRUN touch /b\n`)],
    ["an option of a hundred thousand letters", OPEN_MODES, `RUN chmod 777 /x -${"R".repeat(100_000)}!\n`],
    [
      "a licence of half a megabyte",
      LICENCE_LABEL,
      `LABEL org.opencontainers.image.licenses="${"(".repeat(500_000)}MIT"\n`,
    ],
  ] as const)("%s", (_, practice, text) => {
    linted(practice, text);
  });

  test("100,000 files of one owner", () => {
    const entries = Array.from({ length: 100_000 }, (_, at) => exampleFile(`opt/${at}`, { uid: 1000 }));
    const image = { ...EXAMPLE_IMAGE, files: exampleFiles(entries) };
    const findings = judgeImage(image, { policy: GENERIC, practices: [FILE_OWNERS] });
    expect(findings[0]?.message).toContain("(100000)");
  });
});

describe("A lint by all practices ends with", () => {
  test.each([
    ["a path of 300,000 slashes", `RUN rm -rf ${"/".repeat(300_000)}x\nCOPY a ${"/".repeat(300_000)}x\n`],
    ["300,000 brackets", `RUN pip install '${"[".repeat(300_000)}x'\nCOPY ${"[".repeat(300_000)}x /y/\n`],
    ["300,000 blanks", `RUN pip install 'a${" ".repeat(300_000)}x'\n`],
    ["300,000 open braces", `ENV PATH=${"${".repeat(150_000)}\n`],
  ] as const)("%s", (_, text) => {
    lintText({ name: "Dockerfile", text: `FROM debian:13.1\n${text}` }, { policy: GENERIC });
  });
});
