// A way in beside the engine's own: TOO005.

import { baseName } from "../../commands/words.ts";
import { practice } from "../../practice.ts";
import type { LaunchSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { allSteps, commandsIn } from "../recipe-parts.ts";

export const SSH_DAEMON = practice({
  id: "TOO005",
  title: "No SSH daemon in a container",
  severity: "error",
  class: "recommended",
  certainty: "certain",
  message: "port 22 is opened: a container needs no SSH daemon",
  hint: "remove the port; go into a container with the engine's exec",
  why: "A daemon for logins has keys, accounts and updates of its own, and nobody looks after them in a container.",
  source: "N2.8",
  peers: ["DS-0004"],
  controls: ["CIS 5.6", "NIST 800-190 3.4.3"],
  cases: {
    daemon: {
      message: "the entry process is an SSH daemon",
      hint: "start the program of the image instead; go into a container with the engine's exec",
    },
  },
  checks: { recipe: inRecipe, launch: inLaunch },
  passes: [
    { shows: "another port", dockerfile: "FROM debian:13.1\nEXPOSE 8022 2222/tcp\n" },
    { shows: "a client", dockerfile: 'FROM debian:13.1\nENTRYPOINT ["ssh", "host"]\n' },
    { shows: "a service without", compose: "ports: ['8080:80']" },
  ],
  fails: [
    { shows: "EXPOSE 22", dockerfile: "FROM debian:13.1\nEXPOSE 80 22/tcp\n", expect: { line: 2 } },
    { shows: "a range over it", dockerfile: "FROM debian:13.1\nARG FIRST=20\nEXPOSE $FIRST-25\n", expect: { line: 3 } },
    {
      shows: "sshd as entry",
      dockerfile: 'FROM debian:13.1\nENTRYPOINT ["/usr/sbin/sshd", "-D"]\n',
      expect: { case: "daemon", line: 2 },
    },
    {
      shows: "the service started first",
      dockerfile: "FROM debian:13.1\nCMD service ssh start && exec app\n",
      expect: { case: "daemon" },
    },
    { shows: "a service with the port", compose: "ports: ['2222:22']" },
    { shows: "a service with the daemon", compose: "command: [/usr/sbin/sshd, -D]", expect: { case: "daemon" } },
  ],
});

function inRecipe({ recipe }: RecipeSubject): readonly Hit[] {
  const steps = allSteps(recipe).filter(({ instruction }) => instruction !== undefined);
  const daemons = commandsIn(steps, "entry").filter(({ command }) =>
    startsDaemon([command.name ?? "", ...command.words.map(({ value }) => value ?? "")]),
  );
  const entries = new Map(daemons.map(({ step, command }) => [step, command.range]));
  return [...steps.flatMap(exposed), ...[...entries.values()].map((range) => ({ case: "daemon", range }))];
}

function exposed({ instruction, before }: StepView): readonly Hit[] {
  if (instruction?.keyword !== "EXPOSE") return [];
  const word = instruction.words.find(({ text }) => hasPort(withValues(text, before.variables)));
  return word ? [{ range: word.range }] : [];
}

function withValues(text: string, variables: StepView["before"]["variables"]): string {
  return text.replace(/\$\{?(\w+)\}?/g, (whole, name: string) => variables.get(name) ?? whole);
}

function hasPort(text: string): boolean {
  const match = /^"?(\d{1,5})(?:-(\d{1,5}))?(?:\/tcp)?"?$/i.exec(text);
  if (!match) return false;
  const first = Number(match[1]);
  return first <= 22 && Number(match[2] ?? first) >= 22;
}

function startsDaemon([name = "", ...words]: readonly string[]): boolean {
  if (baseName(name) === "sshd" || baseName(name) === "dropbear") return true;
  if (name === "service") return /^sshd?$/.test(words[0] ?? "") && words[1] !== "stop";
  return /^\/?etc\/(?:init\.d|rc\.d\/init\.d)\/sshd?$/.test(name) || (/^sshd?$/.test(name) && words[0] === "start");
}

function inLaunch({ launch }: LaunchSubject): readonly Hit[] {
  if (launch.tool !== "compose") return [];
  const port = launch.ports.find(
    ({ container, protocol }) =>
      container !== undefined && container.first <= 22 && container.last >= 22 && protocol !== "udp",
  );
  const program = launch.command.find(({ value }) => !/^(exec|env|tini|dumb-init|--|-\w+)$/.test(baseName(value)));
  const daemon = program && (baseName(program.value) === "sshd" || /(^|[\s/])sshd\s+-\w*D/.test(program.value));
  return [...(port ? [{ range: port.range }] : []), ...(daemon ? [{ case: "daemon", range: program.range }] : [])];
}
