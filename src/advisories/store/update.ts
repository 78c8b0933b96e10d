// Brings the advisories of a mirror up to date: one `all.zip` for each family of ecosystems, asked for only when the mirror
// has another one than the store, and gone on with where a transfer broke off.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Log, Progress } from "../../base/log.ts";
import { discard } from "../../oci/registry/body.ts";
import type { RegistryClient } from "../../oci/registry/client.ts";
import { cacheAt } from "../../oci/store/cache.ts";
import { pullWebFile } from "../../oci/web/pull-web-file.ts";
import { fail } from "../errors.ts";
import { type ChangeOptions, type Changes, changeStore, type Draft } from "./generation.ts";
import { listChanges } from "./import.ts";
import { osvRecords } from "./osv-source.ts";
import type { AdvisoryStore } from "./store.ts";
import { takeOver } from "./take-over.ts";

/** What the public mirror of OSV is; a site names its own in `advisories.mirror`. */
export const PUBLIC_MIRROR = "https://osv-vulnerabilities.storage.googleapis.com";

export interface UpdateOptions extends ChangeOptions {
  /** Base address; `<mirror>/<family>/all.zip` is asked for. */
  readonly mirror: string;
  /** OSV names, with or without a release: `Debian:12`, `PyPI`. */
  readonly ecosystems: readonly string[];
  /** Address of the list of exploited flaws, if it is wanted. */
  readonly exploited?: string | undefined;
  readonly client: () => Promise<Pick<RegistryClient, "get">>;
  readonly log: Log;
  readonly progress: Progress;
}

/** What an update did with each source. */
export interface UpdateResult {
  readonly store: AdvisoryStore | undefined;
  readonly updated: readonly string[];
  readonly unchanged: readonly string[];
}

interface Version {
  readonly etag?: string | undefined;
  readonly date?: string | undefined;
}

/** Updates the store. What fails leaves it as it was. @throws E_ADVISORY_FETCH, E_ADVISORY_SOURCE, E_ADVISORY_ZIP, E_WEB_… */
export async function updateStore(root: string, options: UpdateOptions): Promise<UpdateResult> {
  const families = wantedByFamily(options.ecosystems);
  const [updated, unchanged]: [string[], string[]] = [[], []];
  const downloads = join(root, "downloads");
  const store = await changeStore(
    root,
    async (draft) => {
      const all: Changes[] = [];
      for (const [family, wanted] of families) {
        const changes = await updateFamily(family, wanted, draft, downloads, options);
        (changes ? updated : unchanged).push(family);
        if (changes) all.push(changes);
      }
      if (options.exploited !== undefined) {
        all.push(await updateExploited(options.exploited, draft, downloads, options));
        updated.push("exploited");
      }
      // Only a finished update needs no more of what it has fetched; another that waits for the lock begins anew.
      await rm(downloads, { recursive: true, force: true });
      if (all.length === 0) return undefined;
      return {
        sources: all.flatMap(({ sources }) => sources),
        parts: all.flatMap(({ parts }) => parts),
        lists: all.flatMap(({ lists }) => lists),
      };
    },
    options,
  );
  return { store, updated, unchanged };
}

function wantedByFamily(ecosystems: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const families = new Map<string, string[]>();
  for (const ecosystem of ecosystems) {
    const family = ecosystem.split(":", 1)[0] ?? ecosystem;
    families.set(family, [...(families.get(family) ?? []), ecosystem]);
  }
  return families;
}

async function updateFamily(
  family: string,
  wanted: readonly string[],
  draft: Draft,
  downloads: string,
  options: UpdateOptions,
): Promise<Changes | undefined> {
  const url = `${options.mirror.replace(/\/+$/, "")}/${encodeURIComponent(family)}/all.zip`;
  const version = await askVersion(url, options);
  const known = draft.before?.manifest.sources.find(({ name }) => name === family);
  const same = version.etag !== undefined && known?.etag === version.etag && known.from === url;
  if (same && hasAll(draft, wanted)) return undefined;
  const { path, digest } = await download(url, downloads, options);
  const { now, signal } = options;
  const how = { from: url, ...version, sha256: digest.slice("sha256:".length), wanted, now: now(), signal };
  return { ...(await takeOver(osvRecords(path, signal), draft, how)), lists: [] };
}

// A release that was not wanted before is not in the store although the source has not changed.
function hasAll({ before }: Draft, wanted: readonly string[]): boolean {
  const parts = before?.manifest.parts.map(({ ecosystem }) => ecosystem) ?? [];
  return wanted.every((one) => parts.some((part) => part === one || part.startsWith(`${one}:`)));
}

async function updateExploited(url: string, draft: Draft, downloads: string, options: UpdateOptions): Promise<Changes> {
  const { path } = await download(url, downloads, options);
  const changes = await listChanges(path, draft, options.now());
  if (changes?.lists[0]?.name === "exploited") return changes;
  throw fail("E_ADVISORY_SOURCE", {
    source: url,
    why: "it is no list of exploited flaws",
    hint: "check advisories.exploited",
  });
}

async function askVersion(url: string, { client, signal }: UpdateOptions): Promise<Version> {
  const { status, headers, body } = await (await client()).get("HEAD", new URL(url), {}, { signal });
  await discard(body);
  if (status !== 200) throw fail("E_ADVISORY_FETCH", { url, status });
  return { etag: headers["etag"], date: headers["last-modified"] };
}

async function download(url: string, downloads: string, { client, log, progress, signal, now }: UpdateOptions) {
  const cache = cacheAt(downloads, log);
  return await pullWebFile({ url, policy: "newer", client, cache, log, progress, signal, now: () => now().getTime() });
}
