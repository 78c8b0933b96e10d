// Habits of services: RUN010, RUN013, RUN014.

import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import type { ComposeSubject, LaunchSubject } from "../../practice-subjects.ts";
import type { Hit } from "../../rule.ts";
import { headOf } from "./confinement.ts";
import { withoutKey, withoutSwitch } from "./launch-edits.ts";

export const LIMITED = practice({
  id: "RUN010",
  title: "A container has limits",
  severity: "info",
  class: "optional",
  certainty: "certain",
  message: "{name} has no limit of {missing}",
  hint: "say mem_limit: 2g, pids_limit: 200 and cpus: 2, or --memory, --pids-limit and --cpus",
  why: "One service that goes wrong otherwise takes the whole node with it.",
  source: "ours",
  peers: [],
  controls: ["CIS 5.10", "CIS 5.11", "CIS 5.28"],
  checks: { launch: unlimited },
  passes: [
    { shows: "all three", compose: "mem_limit: 2g\npids_limit: 200\ncpus: 1\n" },
    { shows: "below deploy", compose: "deploy:\n  resources:\n    limits: {memory: 1g, pids: 9, cpus: '1'}\n" },
    { shows: "batch jobs have the job's", run: "apptainer run x.sif\n" },
  ],
  fails: [
    { shows: "none", compose: "user: '1:1'\n", expect: { says: "memory, processes and cpus" } },
    { shows: "one of them", run: "docker run --memory 1g img:1\n", expect: { says: "of processes and cpus" } },
  ],
});

function unlimited({ launch: { engine, name, limits, range } }: LaunchSubject): Hit | undefined {
  if (!engine || name === "exec") return undefined;
  const missing = (["memory", "processes", "cpus"] as const).filter((kind) => !limits[kind]);
  return missing.length === 0 ? undefined : { fields: { name, missing: listed(missing) }, range: headOf(range) };
}

export const NO_TERMINAL = practice({
  id: "RUN013",
  title: "A service has no terminal",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "{name} has a terminal: its messages and its errors become one stream",
  hint: "remove tty",
  why: "Without a terminal, what a program says and what it complains of can be told apart.",
  source: "Spin: Logging",
  peers: [],
  counterparts: ["SVC-04"],
  fix: "safe",
  checks: { launch: terminal },
  passes: [
    { shows: "none", compose: "tty: false\n" },
    { shows: "somebody's own session", run: "docker run -it img:1 sh\n" },
  ],
  fails: [
    {
      shows: "tty",
      profile: "spin",
      compose: "tty: true\nuser: '1:1'\n",
      expect: { line: 4, fixed: "services:\n  web:\n    image: docker.io/library/busybox:1.37.0\n    user: '1:1'\n" },
    },
    { shows: "-d -t", run: "docker run -d -t img:1\n", expect: { fixed: "docker run -d img:1\n" } },
  ],
});

function terminal({ launch }: LaunchSubject): Hit | undefined {
  const { terminal: asked, service, name } = launch;
  if (asked?.value !== true || !service) return undefined;
  const text = launch.source.text.slice(asked.range.start, asked.range.end);
  const apart = launch.tool === "compose" || text === "-t" || text === "--tty";
  const edits = launch.tool === "compose" ? withoutKey(launch, asked.range, "tty") : withoutSwitch(launch, asked.range);
  return {
    fields: { name },
    range: asked.range,
    fix: edits && apart ? { title: "remove it", safe: true, edits } : undefined,
  };
}

export const COMPOSE_VERSION = practice({
  id: "RUN014",
  title: "The compose file is of a version that the site takes",
  severity: "info",
  class: "optional",
  certainty: "certain",
  message: "version {version} is not taken here",
  hint: 'write version: "{taken}", or leave the line out where the site takes any',
  why: "Keys of a newer version are left out by an older program without a word.",
  source: "Spin: Compose files",
  peers: [],
  counterparts: ["STK-08"],
  fix: "unsafe",
  cases: {
    obsolete: { severity: "style", message: "version: has no meaning any more", hint: "remove the line" },
  },
  checks: { compose: ofFile },
  passes: [
    { shows: "the site's", profile: "spin", compose: 'version: "2"\nservices:\n  web: {image: "a:1"}\n' },
    { shows: "none", compose: "user: '1:1'\n" },
  ],
  fails: [
    {
      shows: "a newer one",
      profile: "spin",
      compose: 'version: "3.8"\nservices:\n  web: {image: "a:1"}\n',
      expect: { line: 1, fixed: 'version: "2"\nservices:\n  web: {image: "a:1"}\n' },
    },
    {
      shows: "where any is taken",
      compose: 'version: "3.8"\nservices:\n  web: {image: "a:1"}\n',
      expect: { case: "obsolete" },
    },
  ],
});

function ofFile({ version, tables: { composeVersions } }: ComposeSubject): Hit | undefined {
  if (!version) return undefined;
  const { text, range } = version;
  if (composeVersions === undefined) return { case: "obsolete", range };
  const major = (word: string) => word.split(".")[0];
  if (composeVersions.some((taken) => taken === text || taken === major(text))) return undefined;
  const taken = composeVersions.at(-1) ?? "";
  return {
    fields: { version: text, taken },
    range,
    fix: { title: `write ${taken}`, safe: false, edits: [{ range, text: `"${taken}"` }] },
  };
}
