// What `berth advisories` does. Each answers the exit status.

import { resolve } from "node:path";
import { withArtifact, writeArtifact } from "../advisories/artifact/artifact.ts";
import { pullStore, pushStore } from "../advisories/artifact/registry.ts";
import { artifactInLayout, isLayoutPath, takeArtifact } from "../advisories/artifact/take-artifact.ts";
import { fail } from "../advisories/errors.ts";
import { NO_SETTINGS, type ScanSettings } from "../advisories/scan-as-told.ts";
import { importFile } from "../advisories/store/import.ts";
import { statusText, storeStatus } from "../advisories/store/status.ts";
import { type AdvisoryStore, openStore } from "../advisories/store/store.ts";
import { PUBLIC_MIRROR, updateStore } from "../advisories/store/update.ts";
import { errnoOf } from "../base/errors.ts";
import { parseReference } from "../oci/reference.ts";
import { tempDir } from "../platform/user.ts";
import { privateKey, readPem } from "../signing/pem-key.ts";
import type { WorkValues } from "./advisories.ts";
import { type AdvisoriesPlace, advisoriesPlace } from "./advisories-place.ts";
import type { Context } from "./context.ts";
import { withCache } from "./image-source.ts";
import { print } from "./output.ts";
import { registryAccess } from "./registry-access.ts";
import { cannotWrite } from "./report-file.ts";

const now = () => new Date();

/** `berth advisories update`. @throws E_ADVISORY_…, E_WEB_… */
export async function update(values: WorkValues, context: Context): Promise<number> {
  const place = await advisoriesPlace(values.store, context);
  const { site, root } = place;
  const mirror = values.mirror ?? site?.mirror;
  if (mirror === undefined) throw fail("E_ADVISORY_MIRROR");
  if (mirror !== "public" && !/^https?:$/.test(URL.parse(mirror)?.protocol ?? ""))
    throw fail("E_ADVISORY_SOURCE", {
      source: mirror,
      why: "it is no address of the web",
      hint: "write https://…, or public for OSV's own archives",
    });
  const ecosystems = values.ecosystem.length > 0 ? values.ecosystem : await knownEcosystems(place);
  const access = registryAccess(values, context);
  try {
    const { updated, unchanged } = await updateStore(root, {
      ...(await remaking(place, values, context)),
      mirror: mirror === "public" ? PUBLIC_MIRROR : mirror,
      ecosystems,
      exploited: values.exploited ?? site?.exploited,
      client: access.client,
      log: context.log,
      progress: await context.progress(),
    });
    for (const name of updated) context.log.info(`${name}: updated`);
    for (const name of unchanged) context.log.info(`${name}: nothing new`);
  } finally {
    await access.close();
  }
  return 0;
}

// What was chosen once is kept up to date.
async function knownEcosystems({ root, site, keys }: AdvisoriesPlace): Promise<readonly string[]> {
  if (site && site.ecosystems.length > 0) return site.ecosystems;
  const store = await openStore(root, { keys }).catch(() => undefined);
  const known = store?.manifest.parts.map(({ ecosystem }) => ecosystem) ?? [];
  if (known.length === 0)
    throw fail("E_ADVISORY_SOURCE", {
      source: root,
      why: "nothing says which ecosystems are wanted",
      hint: "say --ecosystem Debian:12 --ecosystem PyPI, or list them as advisories.ecosystems in site.yaml",
    });
  return known;
}

/** `berth advisories import`. @throws E_ADVISORY_… */
export async function importPath(path: string, values: WorkValues, context: Context): Promise<number> {
  const place = await advisoriesPlace(values.store, context);
  const wanted = values.ecosystem.length > 0 ? values.ecosystem : undefined;
  const store = (await isLayoutPath(path))
    ? await takeArtifact(place.root, await artifactInLayout(path), await changing(place, values, context))
    : await importFile(place.root, path, { ...(await remaking(place, values, context)), wanted });
  return told(store, context);
}

/** `berth advisories export`. @throws E_ADVISORY_… */
export async function exportFile(file: string, values: WorkValues, context: Context): Promise<number> {
  const store = await opened(values, context);
  const { env, signal, log } = context;
  await withArtifact(store, { tempDir: tempDir(env), signal }, (artifact) =>
    writeArtifact(artifact, resolve(file), signal).catch((cause: unknown) => {
      throw errnoOf(cause) === undefined ? cause : cannotWrite(file, cause);
    }),
  );
  log.info(`wrote ${file}`);
  return 0;
}

/** `berth advisories push`. @throws E_ADVISORY_…, E_PUSH_… */
export async function pushSet(image: string, values: WorkValues, context: Context): Promise<number> {
  const store = await opened(values, context);
  const reference = parseReference(image.replace(/^(?:oras|docker):\/\//, ""));
  const access = registryAccess(values, context);
  const { env, signal, log } = context;
  try {
    const way = { client: access.client, log, progress: await context.progress(), signal, tempDir: tempDir(env) };
    print(`${await pushStore(store, reference, way)}\n`);
  } finally {
    await access.close();
  }
  return 0;
}

/** `berth advisories pull`. @throws E_ADVISORY_…, and what registries do */
export async function pullSet(image: string, values: WorkValues, context: Context): Promise<number> {
  const place = await advisoriesPlace(values.store, context);
  const reference = parseReference(image.replace(/^(?:oras|docker):\/\//, ""));
  const access = registryAccess(values, context);
  const { log } = context;
  try {
    return await withCache(values, context, async (cache) => {
      const way = { client: access.client, log, progress: await context.progress(), cache };
      return told(
        await pullStore(place.root, reference, { ...(await changing(place, values, context)), ...way }),
        context,
      );
    });
  } finally {
    await access.close();
  }
}

/** `berth advisories status`. @throws E_ADVISORY_… */
export async function status(values: WorkValues, context: Context): Promise<number> {
  const { root, keys, site } = await advisoriesPlace(values.store, context);
  const facts = storeStatus(await openStore(root, { keys }), now(), keys.length > 0);
  const told = { ...facts, ...(site ? { scan: site.scan } : {}) };
  print(values.json ? `${JSON.stringify(told, null, 2)}\n` : statusText(facts) + settingsText(site?.scan));
  const stale = site !== undefined && facts.ageDays !== undefined && facts.ageDays > site.maxAgeDays;
  if (stale) context.log.warn(`The advisories are ${facts.ageDays} days old; the site allows ${site.maxAgeDays}`);
  return stale ? 1 : 0;
}

/** What the site's configuration adds to every scan. */
function settingsText({ engines, vex, waivers, possible }: ScanSettings = NO_SETTINGS): string {
  const lines = [
    ...(engines.length > 0 ? [`Every scan asks ${engines.join(" and ")}, too`] : []),
    ...vex.map((path) => `VEX:         ${path}`),
    ...waivers.map((path) => `Waivers:     ${path}`),
    ...(possible ? ["What is possible by its name alone is named"] : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

async function opened(values: WorkValues, context: Context): Promise<AdvisoryStore> {
  const { root, keys } = await advisoriesPlace(values.store, context);
  return await openStore(root, { keys });
}

async function changing({ site, keys }: AdvisoriesPlace, values: WorkValues, { signal, log }: Context) {
  const path = values["sign-key"] ?? site?.signKeyFile;
  const signKey = path === undefined ? undefined : privateKey(await readPem(path), undefined, path);
  const onWait = (owner: string) => log.info(`Waiting for ${owner}, which is changing the advisories`);
  return { now, signal, signKey, keys, onWait };
}

// What makes a set of its own needs the key for it; a set that comes as a whole brings its signature.
async function remaking(place: AdvisoriesPlace, values: WorkValues, context: Context) {
  const options = await changing(place, values, context);
  if (place.keys.length > 0 && !options.signKey) throw fail("E_ADVISORY_UNSIGNED", { path: place.root });
  return options;
}

function told({ manifest }: AdvisoryStore, { log }: Context): number {
  const records = manifest.parts.reduce((sum, part) => sum + part.records, 0);
  log.info(`${records} advisories of ${manifest.parts.length} ecosystems and releases`);
  return 0;
}
