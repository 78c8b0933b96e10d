// What safe fixes must leave alone, because with them the recipe would do something else.

import { describe, expect, test } from "vitest";
import type { Practice } from "../../policy/practice.ts";
import { PRACTICES } from "../../policy/practices/practices.ts";
import { GENERIC } from "../../policy/profiles/generic.ts";
import { lintDocument } from "../lint-document.ts";
import { fixText } from "./fix-text.ts";

const policy = { ...GENERIC, severities: new Map() };

function fixed(text: string, ids: readonly string[], name: string): string {
  const practices = PRACTICES.filter(({ id }: Practice) => ids.includes(id));
  const findingsOf = (source: { readonly name: string; readonly text: string }) =>
    lintDocument(source, { policy, practices }).findings;
  return fixText({ name, text }, { unsafe: false, findingsOf }).text;
}

describe("A safe fix", () => {
  test.each([
    ["PKG005", "of a branch that may not be taken", "if a; then yum install -y x; fi"],
    ["PKG005", "of another system's manager", "yum install -y x || zypper -n install x"],
    ["PKG005", "behind exit", "yum install -y x; exit 0"],
    ["PKG005", "behind exec", "exec yum install -y x"],
    ["PKG003", "before ||", "apt-get install -y x || apt-get install -y y"],
    ["PKG003", "in a pipe", "yes | apt-get install x"],
  ])("%s does not change %s: %s", (id, _, command) => {
    const text = `FROM rockylinux:9\nRUN ${command}\n`;
    expect(fixed(text, [id], "Dockerfile")).toBe(text);
  });

  test.each([
    ["a builtin", "CMD . /opt/start"],
    ["what a login shell prepares", 'SHELL ["/bin/bash", "-lc"]\nCMD app'],
    ["the end of an ENTRYPOINT", 'ENTRYPOINT ["app"]\nCMD x y'],
    ["an ENTRYPOINT that a CMD would end", 'ENTRYPOINT app -x\nCMD ["y"]'],
    ["what may be archives", "ADD dist/* /opt/"],
  ])("does not change %s: %s", (_, lines) => {
    const text = `FROM debian:13.1\n${lines}\n`;
    expect(fixed(text, ["PRC001", "STR007"], "Dockerfile")).toBe(text);
  });

  test.each([
    ["a function", "%runscript\n    main() { x; }\n    main $1\n"],
    ["a builtin", "%runscript\n    source /opt/x\n"],
    ["a line that goes on", "%post\n    yum install -y x \\\n"],
    ["open quotes", '%post\n    yum install -y x "\n'],
  ])("does not change %s of a definition file", (_, section) => {
    const text = `Bootstrap: docker\nFrom: rockylinux:9\n${section}`;
    expect(fixed(text, ["PRC005", "PKG005"], "x.def")).toBe(text);
  });

  test("refreshes an index once for all that is installed", () => {
    const text = "FROM debian:13.1\nRUN apt-get install -y a && apt-get install -y b\n";
    expect(fixed(text, ["PKG003"], "Dockerfile")).toBe(
      "FROM debian:13.1\nRUN apt-get update && apt-get install -y a && apt-get install -y b\n",
    );
  });
});
