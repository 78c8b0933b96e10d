// Asking costs what the question's parts are, however much was made: a hostile recipe has thirty thousand steps.

import { describe, expect, test } from "vitest";
import { lintText } from "../../lint-text.ts";
import { GENERIC } from "../../profiles/generic.ts";
import { LEFT_ARCHIVE } from "./archives.ts";
import { LATE_REMOVAL } from "./late-removal.ts";

const policy = { ...GENERIC, severities: new Map() };

function linted(practice: typeof LATE_REMOVAL, ...lines: readonly string[]) {
  const text = `FROM debian:13.1\n${lines.join("\n")}\n`;
  return lintText({ name: "Dockerfile", text }, { policy, practices: [practice] });
}

const many = (count: number, line: (at: number) => string) => Array.from({ length: count }, (_, at) => line(at));

describe("A late removal", () => {
  test.each([
    ["of a folder that was copied", "COPY a /opt/x/a", "RUN rm -rf /opt/x", 1],
    ["of a part of what was unpacked", "RUN tar xf a.tgz -C /opt/x", "RUN rm -rf /opt/x/doc", 1],
    ["by a pattern", "COPY a.o /opt/x/a.o", "RUN rm /opt/x/*.o", 1],
    ["of something beside", "COPY a /opt/xy", "RUN rm -rf /opt/x", 0],
    ["of something in a folder that was only made", "RUN mkdir /opt/x", "RUN rm -rf /opt/x/a", 0],
    ["of the folder that was made", "RUN mkdir /opt/x", "RUN rm -rf /opt/x", 1],
    ["in root's home", "RUN touch /root/a", "RUN rm $HOME/a", 1],
    ["of packages by the manager's other name", "RUN yum install -y gcc", "RUN dnf remove -y gcc", 1],
  ] as const)("%s: %s, %s: %i", (_, made, removed, count) => {
    expect(linted(LATE_REMOVAL, made, removed)).toHaveLength(count);
  });

  test("names the last step that made it", () => {
    const [found] = linted(LATE_REMOVAL, "RUN touch /opt/a", "COPY a /opt/a", "RUN x", "RUN rm /opt/a");
    expect(found?.message).toContain("the COPY above");
  });

  test("is looked for in 16,000 steps that make and delete", () => {
    const lines = many(8_000, (at) => `COPY a /o/a${at}\nRUN rm -rf /o/b${at}`);
    expect(linted(LATE_REMOVAL, ...lines, "RUN rm -rf /o/a7")).toHaveLength(1);
  });
});

describe("A download that is left", () => {
  test("is looked for among 8,000, of which 200 are told", () => {
    expect(linted(LEFT_ARCHIVE, `RUN ${many(8_000, (at) => `wget http://h/a${at}.tgz`).join(" && ")}`)).toHaveLength(
      200,
    );
  });

  test("is not known behind as many looks as no recipe needs", () => {
    // Each is removed, eight hundred commands later.
    const wget = (at: number) => `wget http://h/a${at}.tgz`;
    const lines = [...many(400, wget), ...many(300, (at) => `rm a${at}.tgz && ${wget(at + 400)}`)];
    const found = linted(LEFT_ARCHIVE, `RUN ${[...lines, ...many(400, (at) => `rm a${at + 300}.tgz`)].join(" && ")}`);
    expect(found).toHaveLength(1);
    expect(found[0]?.message).toContain("more downloads than can be followed");
  });
});
