// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of shells

import { describe, expect, test } from "vitest";
import { type CommandUse, simpleCommands } from "./commands.ts";
import { parseShell } from "./parse.ts";

function commands(text: string): readonly CommandUse[] {
  return simpleCommands(parseShell(text));
}

function lines(text: string): readonly string[] {
  return commands(text).map(({ name, words }) => [name ?? "?", ...words.map((word) => word.text)].join(" "));
}

describe("the commands of a script", () => {
  test.each([
    ["a; b && c | d & e", ["a", "b", "c", "d", "e"]],
    ["a $(b `c`) > $(d) <(e)", ["c", "b", "e", "d", "a"]],
    ["A=$(b) B=(1 $(c))", ["b", "c", ""]],
    ["if a; then b; else c; fi; while d; do e; done", ["a", "b", "c", "d", "e"]],
    ["for x in $(a); do b; done; case $(c) in $(d)) e;; esac", ["a", "b", "c", "d", "e"]],
    ["f() { a; }; function g if b; then c; fi", ["a", "b", "c"]],
    ["[[ $(a) == b ]] && (( $(c) + 1 )) || (d)", ["a", "c", "d"]],
    ["cat <<E\n$(a)\nE\n", ["a", "cat"]],
    ['x ${a:-$(b)} "$(c)" $((1 + $(d)))', ["b", "c", "d", "x"]],
    ['$x a; "$x"/b', [undefined, undefined]],
  ])("%j are %j", (text, expected) => {
    expect(commands(text).map(({ name }) => name)).toEqual(expected);
  });

  test.each([
    ["sudo apt-get install x", "apt-get install x", ["sudo"]],
    ["sudo -u a -EH --group=b -- x", "x", ["sudo"]],
    ["sudo -n A=1 env -i -u X B=2 nice -n 5 make -j2", "make -j2", ["sudo", "env", "nice"]],
    ["env A=1 B=$x python3 -c a", "python3 -c a", ["env"]],
    ["env -S 'a b' c", "a b c", ["env"]],
    ["nice -19 a", "a", ["nice"]],
    ["ionice -c2 -n 7 a; ", "a", ["ionice"]],
    ["timeout -k 5 --signal=KILL 10m a b", "a b", ["timeout"]],
    ["time -f %e a", "a", ["time"]],
    ['exec -a x gosu www-data "$@"', "? ", ["exec", "gosu"]],
    ["exec su-exec a:b nginx -g x", "nginx -g x", ["exec", "su-exec"]],
    ["command -p ls; ", "ls", ["command"]],
    ["nohup setsid stdbuf -oL a", "a", ["nohup", "setsid", "stdbuf"]],
    ["xargs -0 -n 1 -I{} rm -rf {}", "rm -rf {}", ["xargs"]],
    ["xargs --no-run-if-empty apt-get purge -y", "apt-get purge -y", ["xargs"]],
    ["su postgres -c 'initdb -D x'", "initdb -D x", ["su"]],
    ['su - a --command="b c"', "b c", ["su"]],
    ["runuser -u a -- b", "b", ["runuser"]],
    ["sh -c 'a b'", "a b", ["sh"]],
    ['sudo /bin/bash -euxo pipefail -lc "a \\"b\\" $c"', 'a "b" $c', ["sudo", "bash"]],
    ["bash -O extglob -c 'a'", "a", ["bash"]],
    ["eval 'a b' c", "a b c", ["eval"]],
    ["tini -g -- a b", "a b", ["tini"]],
    ["busybox sh", "busybox sh", []],
    ["command -v gcc", "command -v gcc", []],
    ["sudo -l", "sudo -l", []],
    ["su - a", "su - a", []],
    ["env", "env", []],
    ["exec >log 2>&1", "exec", []],
    ["bash install.sh -c x", "bash install.sh -c x", []],
    ['eval "$x"', 'eval "$x"', []],
    ["xargs", "xargs", []],
  ])("%j is %j", (text, expected, wrappers) => {
    const found = commands(text);
    expect(lines(text)).toEqual([expected.trimEnd()]);
    expect(found[0]?.wrappers.map(({ name }) => name)).toEqual(wrappers);
  });

  test("are those of find, and what it executes", () => {
    const text = "find . -name x -exec sudo rm -f {} \\; -execdir sh -c 'a; b' ';' -exec chmod 1 {} + -print";
    expect(lines(text).slice(1)).toEqual(["rm -f {}", "a", "b", "chmod 1 {}"]);
    expect(commands(text)[1]?.wrappers.map(({ name }) => name)).toEqual(["find", "sudo"]);
  });

  test("know the assignments that wrappers add", () => {
    const [command] = commands('A=1 sudo B=2 env C="$x y" a');
    expect(command?.assignments.map(({ name, value }) => `${name}=${value?.text}`)).toEqual(["A=1", "B=2", 'C="$x y"']);
  });

  test("know where they stand in inner scripts", () => {
    const text = 'x; bash -c "cd /a && \\"b\\" \\\n --c" ; sh -c \'d \'"e" f';
    const places = commands(text).map(({ nameWord, words }) =>
      [nameWord, ...words].map((word) => text.slice(word?.range.start, word?.range.end)),
    );
    expect(places).toEqual([["x"], ["cd", "/a"], ['"b\\"', "--c"], ["d", "e"]]);
  });

  test("know it over lines that were joined, too", () => {
    const source = "RUN sh -c 'a \\\n  bc'";
    const joined = {
      text: "sh -c 'a   bc'",
      segments: [
        { at: 0, source: 4 },
        { at: 9, source: 15 },
      ],
    };
    const [command] = simpleCommands(parseShell(joined.text, { segments: joined.segments }));
    const { start, end } = command?.words[0]?.range ?? { start: 0, end: 0 };
    expect(source.slice(start, end)).toBe("bc");
  });
});

describe("a command", () => {
  const of = (text: string, name: string) => commands(text).find((command) => command.name === name);

  test.each([
    ["a && b", "a", "", "&&"],
    ["a && b", "b", "&&", ""],
    ["x; a\n b", "a", ";", "\n"],
    ["x & a | b", "a", "&", "|"],
    ["x || { a; }", "a", "", ""],
  ] as const)("of %j knows what stands around %s: %j and %j", (text, name, operatorBefore, operatorAfter) => {
    expect(of(text, name)).toMatchObject({ operatorBefore, operatorAfter });
  });

  test.each([
    ["a", false, false],
    ["set -e; a", true, false],
    ["set -euo pipefail\na", true, true],
    ["set -o errexit -o pipefail; a", true, true],
    ["set -e; set +e; a", false, false],
    ["(set -e); a", false, false],
    ["set -e; (a)", true, false],
    ["set -e; sh -c 'a'", false, false],
    ["set -e; eval a", true, false],
    ["bash -eo pipefail -c a", true, true],
    ["set -- -e; a", false, false],
  ])("of %j stands under errexit %s and pipefail %s", (text, errexit, pipefail) => {
    expect(of(text, "a")).toMatchObject({ errexit, pipefail });
  });

  test.each([
    ["if a; then b; fi", { condition: true, checked: true, conditional: false }],
    ["if b; then a; fi", { condition: false, checked: false, conditional: true }],
    ["! a", { negated: true, condition: true }],
    ["a || b", { checked: true, condition: false }],
    ["b $(a)", { substituted: true, subshell: true }],
    ["(a)", { substituted: false, subshell: true }],
    ["f() { a; }", { inFunction: "f" }],
    ["x | a | y", { pipe: { index: 1, length: 3 }, subshell: true }],
  ])("of %j is known as %j", (text, expected) => {
    expect(of(text, "a")).toMatchObject(expected);
  });

  test("is found once in substitutions of inner scripts", () => {
    expect(lines('sh -c "a $(b)"')).toEqual(["b", "a $(b)"]);
  });

  test("that hands itself to a shell again and again ends", () => {
    const text = `${"sudo ".repeat(10_000)}a; ${"eval ".repeat(10_000)}b; ${"env -S ".repeat(5000)}`;
    expect(commands(text).length).toBeGreaterThan(0);
  });
});
