// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are words of shell code
import { describe, expect, test } from "vitest";
import { composeEnvironment, DEFAULT_PATH, type EnvironmentParts, withStandardDirs } from "./environment.ts";

const NOTHING: EnvironmentParts = {
  host: new Map(),
  image: [],
  own: new Map([["HOME", "/home/u"]]),
  overrides: new Map(),
  literal: false,
  uid: 1000,
  gid: 1000,
};

function compose(parts: Partial<EnvironmentParts>): Record<string, string> {
  return Object.fromEntries(composeEnvironment({ ...NOTHING, ...parts }).env);
}

describe("the environment", () => {
  test("has the standard PATH when the image sets none", () => {
    expect(compose({})["PATH"]).toBe(DEFAULT_PATH);
  });

  test("keeps the image's PATH first and appends the standard directories that it lacks", () => {
    expect(compose({ image: ["PATH=/opt/bin:/usr/bin"] })["PATH"]).toBe(
      "/opt/bin:/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:/bin",
    );
  });

  test("prefers the image's value to the host's", () => {
    const host = new Map([["SMALL_VAR", "host"]]);
    expect(compose({ host, image: ["SMALL_VAR=from image"] })["SMALL_VAR"]).toBe("from image");
  });

  test.each([
    'a "b"',
    "$HOME and ${USER}",
    "a\\b",
    "back`quote",
    "line one\nline two",
    "tab\there",
    "'single'",
    "",
    "=x=",
    "käse ☃",
  ])("hands %j of the image over unchanged", (value) => {
    expect(compose({ image: [`Q=${value}`] })["Q"]).toBe(value);
  });

  test.each([
    ["PATH", "/x", "/x"],
    ["PREPEND_PATH", "/x", `/x:${DEFAULT_PATH}`],
    ["APPEND_PATH", "/x", `${DEFAULT_PATH}:/x`],
    ["PATH", "$PATH:/foo", `${DEFAULT_PATH}:/foo`],
  ])("treats %s=%s as a rule for PATH", (name, value, path) => {
    const env = compose({ overrides: new Map([[name, value]]) });
    expect(env["PATH"]).toBe(path);
    expect(env["PREPEND_PATH"]).toBeUndefined();
    expect(env["APPEND_PATH"]).toBeUndefined();
  });

  test("always searches the bound host libraries last", () => {
    expect(compose({})["LD_LIBRARY_PATH"]).toBe("/.singularity.d/libs");
    expect(compose({ image: ["LD_LIBRARY_PATH=/opt/lib"] })["LD_LIBRARY_PATH"]).toBe("/opt/lib:/.singularity.d/libs");
    const overrides = new Map([["LD_LIBRARY_PATH", "/foo"]]);
    expect(compose({ overrides })["LD_LIBRARY_PATH"]).toBe("/foo:/.singularity.d/libs");
  });

  test("lets an override be empty", () => {
    const overrides = new Map([["SMALL_VAR", ""]]);
    expect(compose({ image: ["SMALL_VAR=x"], overrides })["SMALL_VAR"]).toBe("");
  });

  test.each([
    ["\\$UID", "$UID", "\\$UID"],
    ['"$UID"', '"1000"', '"$UID"'],
    ["'$UID'", "'1000'", "'$UID'"],
    ["$UID", "1000", "$UID"],
    ["$HOME/x", "/home/u/x", "$HOME/x"],
  ])("evaluates the override %s to %s, and leaves it alone with --no-eval", (text, evaluated, literal) => {
    const overrides = new Map([["V", text]]);
    expect(compose({ overrides })["V"]).toBe(evaluated);
    expect(compose({ overrides, literal: true })["V"]).toBe(literal);
  });

  test("lets later overrides see earlier ones", () => {
    const overrides = new Map([
      ["A", "1"],
      ["B", "$A$A"],
    ]);
    expect(compose({ overrides })["B"]).toBe("11");
  });

  test("leaves everything from the first command substitution on to the shell", () => {
    const overrides = new Map([
      ["A", "1"],
      ["B", "$(id -u)"],
      ["C", "$B"],
    ]);
    const { env, needShell } = composeEnvironment({ ...NOTHING, overrides });
    expect(env.get("A")).toBe("1");
    expect([...needShell.keys()]).toEqual(["B", "C"]);
  });
});

test("a PATH that has all standard directories stays as it is", () => {
  expect(withStandardDirs(DEFAULT_PATH)).toBe(DEFAULT_PATH);
});
