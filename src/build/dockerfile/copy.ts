// COPY and ADD: sources sorted by where they come from, flags checked, and the steps that follow. Files of one origin and
// here-documents go into one step; what ADD brings from elsewhere is a step of its own.

import { posix } from "node:path";
import type { Located } from "../../base/source.ts";
import type { InstructionOf } from "../../recipe/dockerfile/ast.ts";
import type { CopyOrigin, CopyStep } from "../types.ts";
import { remoteStep } from "./add-remote.ts";
import { type CopyFlags, copyFlags } from "./copy-flags.ts";
import { type Draft, withHistory } from "./draft.ts";
import { failAt } from "./errors.ts";
import { flagOf } from "./flag-values.ts";
import { parseRemote, type Remote, withoutLogin } from "./remote.ts";
import { expanded, expandedHeredoc, framed, type Scope } from "./scope.ts";
import { type Progress, type Site, stepOrigin } from "./site.ts";

type Copy = InstructionOf<"COPY" | "ADD">;

interface Sources {
  /** Everything as written, for the history. */
  readonly texts: readonly string[];
  readonly local: readonly string[];
  readonly remote: readonly Remote[];
  readonly inline: CopyStep["inline"];
}

/** Carries out a COPY or ADD. @throws E_VALUE, E_ADD_…, E_STAGE_…, and what the step throws */
export async function copyInstruction(copy: Copy, { state, draft }: Progress, site: Site): Promise<Progress> {
  const { scope, builder } = site;
  const at = stepOrigin(copy.line, { source: scope.source, range: copy.range });
  const flags = copyFlags(copy, draft, scope, at);
  const sources = sortSources(copy, draft, scope, at);
  if (flags.checksum !== undefined && (sources.remote.length !== 1 || sources.texts.length !== 1)) {
    const hint = "give each source an ADD of its own";
    throw failAt("E_VALUE", at, { what: "--checksum", why: "wants one URL or git repository alone", hint });
  }
  const written = expanded(copy.destination, draft.variables, scope);
  const destination = absoluteDestination(written, draft);
  let after = state;
  if (sources.local.length > 0 || sources.inline.length > 0) {
    const origin = await originOf(copy, site);
    after = await builder.step(after, localStep(copy, sources, flags, { destination, origin }), at);
  }
  const several = sources.texts.length > 1;
  for (const remote of sources.remote) {
    const target = several && !destination.endsWith("/") ? `${destination}/` : destination;
    after = await builder.step(after, await remoteStep(remote, flags, target, site, at), at);
  }
  const made = after.layers.length - state.layers.length;
  const line = historyLine(copy, sources, flags, written);
  let changed = withHistory(draft, line, made > 0 ? "made" : "none");
  // Each layer needs a line of its own, or readers of the history lose count.
  for (let extra = 1; extra < made; extra += 1) changed = withHistory(changed, line, "made");
  return { state: after, draft: changed };
}

function sortSources(copy: Copy, draft: Draft, scope: Scope, at: Located): Sources {
  const texts: string[] = [];
  const local: string[] = [];
  const remote: Remote[] = [];
  const inline: CopyStep["inline"][number][] = [];
  for (const source of copy.sources) {
    if ("heredoc" in source) {
      const content = Buffer.from(expandedHeredoc(source.heredoc, draft.variables, scope));
      inline.push({ name: source.heredoc.name, content, mode: 0o644 });
      continue;
    }
    const text = expanded(source, draft.variables, scope);
    const found = framed({ source: scope.source, range: source.range }, () => parseRemote(text));
    if (found !== undefined && copy.keyword === "COPY") {
      const why = "comes from the network, which COPY does not take";
      throw failAt("E_VALUE", at, { what: text, why, hint: "use ADD" });
    }
    texts.push(text);
    if (found === undefined) local.push(text);
    else remote.push(found);
  }
  return { texts: [...texts, ...inline.map(({ name }) => `<<${name}`)], local, remote, inline };
}

async function originOf(copy: Copy, site: Site): Promise<CopyOrigin> {
  const from = copy.keyword === "COPY" ? flagOf(copy, "from") : undefined;
  if (from?.value === undefined || from.value === "") return { kind: "context" };
  const at = { source: site.scope.source, range: from.range };
  if (from.value.includes("$")) {
    const hint = "write FROM with the variable, AS with a name, and take the files from that name";
    throw failAt("E_VALUE", at, { what: "--from", why: "cannot have variables", hint });
  }
  return site.originOf(from.value, at);
}

function localStep(
  copy: Copy,
  { local, inline }: Sources,
  flags: CopyFlags,
  { destination, origin }: { readonly destination: string; readonly origin: CopyOrigin },
): CopyStep {
  return {
    kind: "copy",
    from: origin,
    sources: local,
    inline,
    destination,
    ...flags.attributes,
    parents: flags.parents,
    unpack: copy.keyword === "ADD" && (flags.unpack ?? true),
    style: "folder",
    follow: false,
  };
}

// A slash, or a slash and a dot, at the end says that a folder is meant; both survive.
function absoluteDestination(written: string, { config }: Draft): string {
  const path = posix.resolve(config.WorkingDir ?? "/", written);
  const folder = written === "" || written === "." || /(?:^|\/)\.?$/.test(written);
  return folder && path !== "/" ? `${path}/` : path;
}

function historyLine(copy: Copy, sources: Sources, flags: CopyFlags, destination: string): string {
  const { owner, mode } = flags.attributes;
  const shown = [
    copy.keyword,
    ...(flags.parents ? ["--parents"] : []),
    ...(owner === undefined ? [] : [`--chown=${owner}`]),
    ...(mode === undefined ? [] : [`--chmod=${mode}`]),
    // A password in a URL would stand in the image for everybody.
    ...sources.texts.map(withoutLogin),
    destination,
    "# buildkit",
  ];
  return shown.join(" ");
}
