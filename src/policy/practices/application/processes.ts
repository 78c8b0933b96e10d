// One program per container: APP002.

import { practice } from "../../practice.ts";
import type { CommandView, ScriptView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { debian } from "../packages/calls.ts";
import { finalSteps } from "../recipe-parts.ts";

export const ONE_PROCESS = practice({
  id: "APP002",
  title: "A container runs one program",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{program} runs more than one long-running process",
  hint: "start one program; give the others containers of their own",
  why: `When one of several programs ends, the container goes on and nobody sees it.`,
  source: "N2.3",
  peers: [],
  cases: { background: { message: "{program} is started beside {other}: more than one long-running process" } },
  checks: {
    recipe: ({ recipe }) => {
      const steps = finalSteps(recipe);
      const last = ["ENTRYPOINT", "CMD"].flatMap((keyword) => steps.findLast((step) => step.keyword === keyword) ?? []);
      const entries = recipe.kind === "definition" ? steps : last;
      return entries.flatMap(entryHits);
    },
  },
  passes: [
    { shows: "one program", dockerfile: debian('CMD ["nginx", "-g", "daemon off;"]') },
    { shows: "behind a small init", dockerfile: debian('ENTRYPOINT ["tini", "--", "/opt/app/bin/app"]') },
    { shows: "an older CMD", dockerfile: debian("CMD supervisord", "CMD app") },
    { shows: "one in the background and a wait", dockerfile: debian("CMD app & wait") },
    { shows: "prepared first", definition: runscript("mkdir -p /run/app", "app --serve") },
  ],
  fails: [
    { shows: "a & b", dockerfile: debian("CMD a & b"), expect: { case: "background", says: "a is started beside b" } },
    { shows: "supervisord", dockerfile: debian('CMD ["/usr/bin/supervisord", "-n"]'), expect: { says: "supervisord" } },
    { shows: "behind tini", dockerfile: debian('ENTRYPOINT ["tini", "--", "supervisord"]') },
    { shows: "systemd", dockerfile: debian('ENTRYPOINT ["/lib/systemd/systemd"]') },
    {
      shows: "%startscript",
      definition: runscript("redis-server &", "exec nginx").replace("%runscript", "%startscript"),
      expect: { case: "background" },
    },
    { shows: "two in the background", definition: runscript("a &", "b &", "wait") },
  ],
});

/** Programs that are there to start others. */
const SUPERVISORS =
  /^(supervisord|s6-svscan|s6-overlay.*|init|runsvdir|runsvdir-start|runit|runit-init|my_init|systemd|openrc(-init)?|monit|circusd|foreman|honcho|pm2|pm2-runtime)$/;
const LAUNCHERS = /^(tini|dumb-init|catatonit|gosu|su-exec|exec|docker-entrypoint\.sh|entrypoint\.sh)$/;

function entryHits({ scripts }: StepView): readonly Hit[] {
  return scripts
    .filter(({ purpose }) => purpose === "entry" || purpose === "start")
    .flatMap((script) => {
      const supervisor = script.commands.find((command) => supervisorOf(command) !== undefined);
      if (supervisor) return [{ fields: { program: supervisorOf(supervisor) }, range: supervisor.range }];
      return script.exec ? [] : backgroundHits(script);
    });
}

function supervisorOf({ name = "", words }: CommandView): string | undefined {
  if (SUPERVISORS.test(name)) return name;
  if (!LAUNCHERS.test(name)) return undefined;
  const started = words.map(({ value = "" }) => value.split("/").at(-1) ?? "").find((word) => SUPERVISORS.test(word));
  return started === "init" ? undefined : started;
}

/** What is over at once, or runs nothing. */
const SHORT = new Set([
  ...[
    "",
    ":",
    "true",
    "wait",
    "echo",
    "printf",
    "sleep",
    "trap",
    "set",
    "export",
    "cd",
    "mkdir",
    "rm",
    "cp",
    "mv",
    "ln",
  ],
  ...["chown", "chmod", "touch", "test", "[", "[[", "exit", "kill", "source", ".", "unset", "umask", "ulimit", "local"],
  ...[
    "shift",
    "eval",
    "read",
    "return",
    "cat",
    "sed",
    "grep",
    "envsubst",
    "id",
    "whoami",
    "date",
    "hostname",
    "if",
    "tee",
  ],
]);

function backgroundHits({ commands }: ScriptView): readonly Hit[] {
  const programs = commands.filter(
    ({ name, substituted, condition, pipe }) =>
      !SHORT.has(name ?? "?") && !substituted && !condition && pipe.index === 0,
  );
  const first = programs.find(isBackground);
  if (!first) return [];
  // Those before it were over when it began.
  const other = programs.slice(programs.indexOf(first) + 1)[0];
  if (!other) return [];
  return [
    {
      case: "background",
      fields: { program: first.name ?? "A program", other: other.name ?? "another" },
      range: first.range,
    },
  ];
}

function isBackground({ operatorAfter }: CommandView): boolean {
  return operatorAfter === "&";
}

function runscript(...lines: readonly string[]): string {
  return ["Bootstrap: docker", "From: debian:13.1", "%runscript", ...lines, ""].join("\n");
}
