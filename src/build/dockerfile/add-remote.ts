// ADD of what is not in the context: brought here first, then copied like files of this machine.

import { posix } from "node:path";
import { parseDigest } from "../../base/digest.ts";
import type { CopyStep, StepOrigin } from "../types.ts";
import type { CopyFlags } from "./copy-flags.ts";
import { failAt } from "./errors.ts";
import type { Remote, RemoteFile, RemoteTree } from "./remote.ts";
import { framedLater } from "./scope.ts";
import type { Site } from "./site.ts";

/** The step that copies a remote source, which is fetched now. @throws E_VALUE, E_ADD_URL, E_ADD_GIT, E_DIGEST_… */
export async function remoteStep(
  remote: Remote,
  flags: CopyFlags,
  destination: string,
  site: Site,
  at: StepOrigin,
): Promise<CopyStep> {
  const { folder, path } = await framedLater(at, () =>
    remote.kind === "url" ? fetched(remote, flags, site) : checkedOut(remote, flags, site, at),
  );
  return {
    kind: "copy",
    from: { kind: "folder", path: folder },
    sources: [literal(path)],
    inline: [],
    destination,
    owner: "0:0",
    ...flags.attributes,
    parents: false,
    // Archives from elsewhere stay what they are unless somebody asks.
    unpack: remote.kind === "url" && (flags.unpack ?? false),
    style: "folder",
    follow: false,
  };
}

interface Fetched {
  readonly folder: string;
  readonly path: string;
}

// Names are patterns to a step, and nobody has written a pattern here.
function literal(path: string): string {
  return path.replace(/[\\*?[\]]/g, "\\$&");
}

async function fetched({ url, name }: RemoteFile, flags: CopyFlags, { job, builder }: Site): Promise<Fetched> {
  const checksum = flags.checksum === undefined ? undefined : parseDigest(flags.checksum);
  const file = await job.sources.download({ url, name, checksum, signal: builder.signal });
  return { folder: posix.dirname(file), path: `/${posix.basename(file)}` };
}

async function checkedOut(
  { remote, ref, folder, ...own }: RemoteTree,
  flags: CopyFlags,
  { job, builder }: Site,
  at: StepOrigin,
): Promise<Fetched> {
  const contradiction = (flag: string) =>
    failAt("E_VALUE", at, { what: `--${flag}`, why: "contradicts the URL", hint: "say it in one place only" });
  if (own.checksum && flags.checksum && own.checksum !== flags.checksum) throw contradiction("checksum");
  const keep = own.keepGitDir ?? flags.keepGitDir ?? false;
  if (flags.keepGitDir !== undefined && keep !== flags.keepGitDir) throw contradiction("keep-git-dir");
  const tree = await job.sources.checkout({
    ...{ remote, ref, keepGitDir: keep, submodules: own.submodules },
    checksum: own.checksum ?? flags.checksum,
    signal: builder.signal,
  });
  return { folder: tree, path: `/${folder}` };
}
