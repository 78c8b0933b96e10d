// RUN: the command in its forms, here-documents, and what the step sees of network and mounts.

import type { Located } from "../../base/source.ts";
import type { InstructionOf } from "../../recipe/dockerfile/ast.ts";
import type { RunStep, StepMount } from "../types.ts";
import { type Draft, withHistory, withShell } from "./draft.ts";
import { failAt } from "./errors.ts";
import { flagOf } from "./flag-values.ts";
import { proxyVariables } from "./globals.ts";
import { mountOptions, stepMounts } from "./mounts.ts";
import { type Progress, type Site, stepOrigin } from "./site.ts";

type Run = InstructionOf<"RUN">;

/** A command, and the script file it starts, if it does. */
export interface Command {
  readonly argv: readonly string[];
  readonly script?: { readonly name: string; readonly content: string };
}

/** Where the script of a here-document is mounted. */
const SCRIPTS = "/dev/pipes";

/** Carries out a RUN. @throws E_VALUE, E_REFUSED, E_SECRET_…, E_SSH_MISSING, and what the step throws */
export async function runInstruction(run: Run, { state, draft }: Progress, site: Site): Promise<Progress> {
  const at = stepOrigin(run.line, { source: site.scope.source, range: run.range });
  const command = commandOf(run, draft, at);
  const network = networkOf(run, site, at);
  const { mounts, variables, secretNames } = await stepMounts(mountOptions(run, draft, site.scope), draft, site);
  const script = command.script === undefined ? [] : [await scriptMount(command.script, site, at)];
  const proxies = [...proxyVariables(site.job.buildArgs)].filter(([name]) => !draft.variables.has(name));
  const step: RunStep = {
    kind: "run",
    argv: command.argv,
    env: { ...Object.fromEntries(draft.variables), ...Object.fromEntries(proxies), ...variables },
    hidden: [...proxies.map(([name]) => name), ...Object.keys(variables)],
    secret: secretNames,
    cwd: draft.config.WorkingDir ?? "/",
    ...(draft.config.User ? { user: draft.config.User } : {}),
    mounts: [...mounts, ...script],
    network,
  };
  const after = await site.builder.step(state, step, at);
  const made = after.layers.length > state.layers.length ? "made" : "none";
  return { state: after, draft: withHistory(draft, runLine(command.argv, draft), made) };
}

/** The argument vector of a RUN. A here-document that stands alone is the script itself. @throws E_VALUE */
export function commandOf({ command, heredocs }: Run, draft: Draft, at: Located): Command {
  if (command.form === "exec") {
    if (command.words.length > 0) return { argv: command.words };
    throw failAt("E_VALUE", at, { what: "RUN", why: "has an empty command", hint: "name a program" });
  }
  const [first] = heredocs;
  if (first === undefined) return { argv: withShell(draft, command.text) };
  if (!/^\d*<<-?[ \t]*\S+$/.test(command.text.trim()) || heredocs.length > 1) {
    const documents = heredocs.map(({ content, name }) => `\n${content}${name}`);
    return { argv: withShell(draft, `${command.text}${documents.join("")}`) };
  }
  if (!first.content.startsWith("#!")) return { argv: withShell(draft, first.content) };
  return { argv: withShell(draft, `${SCRIPTS}/${first.name}`), script: first };
}

/** The history's line: the arguments declared so far stand in front of the command. */
function runLine(argv: readonly string[], { declared, variables }: Draft): string {
  const values = [...declared].map(([name, value]) => `${name}=${variables.get(name) ?? value}`);
  const count = values.length > 0 ? [`|${values.length}`] : [];
  return ["RUN", ...count, ...values, ...argv, "# buildkit"].join(" ");
}

// A script is a file of a state of its own, so that its content is part of the step's key like any other file.
async function scriptMount(
  script: { readonly name: string; readonly content: string },
  { builder }: Site,
  at: ReturnType<typeof stepOrigin>,
): Promise<StepMount> {
  const empty = await builder.from({ kind: "scratch" }, at);
  const state = await builder.step(
    empty,
    {
      kind: "copy",
      from: { kind: "context" },
      sources: [],
      inline: [{ name: script.name, content: Buffer.from(script.content), mode: 0o755 }],
      destination: "/script",
      exclude: [],
      parents: false,
      unpack: false,
      style: "folder",
      follow: false,
    },
    at,
  );
  const target = `${SCRIPTS}/${script.name}`;
  return { kind: "bind", target, from: { kind: "state", state }, path: "/script", writable: false };
}

function networkOf(run: Run, { job }: Site, at: Located): "host" | "none" {
  const hint = "leave the flag out: a step has all rights inside its own user namespace";
  if ((flagOf(run, "security")?.value ?? "sandbox") !== "sandbox") {
    throw failAt("E_REFUSED", at, { what: "RUN --security=insecure", why: "builds have no privilege to give", hint });
  }
  if (flagOf(run, "device") !== undefined) {
    throw failAt("E_REFUSED", at, {
      ...{ what: "RUN --device", why: "builds see no devices of the host" },
      hint: "use the device when the image runs, with --device or --nv",
    });
  }
  const wanted = flagOf(run, "network")?.value ?? "default";
  if (wanted === "none" || wanted === "host") return wanted;
  if (wanted === "default") return job.network;
  throw failAt("E_VALUE", at, {
    what: `--network=${wanted}`,
    why: "is unknown",
    hint: "known are none, host and default",
  });
}
