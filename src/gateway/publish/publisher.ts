// Publishes images: decides what is written and in which order, wherever the folder is.
//
// Shifter's runtime and berth's own begin with `.meta`; so it appears last and goes first, and whoever finds it finds the
// rest. `.json` comes before the image: it is the sign by which a file left by a dead server is known to be berth's, since
// sites may keep images of other programs in the same folder.

import { type Digest, parseDigest } from "../../base/digest.ts";
import type { Log } from "../../base/log.ts";
import type { GatewayConfig, SystemConfig } from "../../site/gateway-config.ts";
import type { ImageRecord, MadeImage, PublishedAcl, PublishedFile, Publisher } from "../types.ts";
import { fail } from "./errors.ts";
import { type FileFacts, formatDocument, type ImageDocument, imageDocument, parseDocument } from "./image-document.ts";
import { localPlace } from "./local-place.ts";
import { writeMeta } from "./meta.ts";
import { type FileNames, fileNames, parseName } from "./names.ts";
import type { FileMode, Note, Place } from "./place.ts";
import { remotePlace } from "./remote-place.ts";
import { type Run, runCommand } from "./run-command.ts";
import { type Patience, USUAL_PATIENCE } from "./ssh.ts";

/** What publishing is told of the configuration. */
export type PublishConfig = Pick<GatewayConfig, "systems" | "aclInMeta">;

export interface PublisherParts {
  readonly log: Log;
  /** Starts programs; the real one unless said otherwise. */
  readonly run?: Run | undefined;
  /** Seconds since 1970. */
  readonly now?: (() => number) | undefined;
  readonly patience?: Patience | undefined;
  /** What was judged of a digest, for who reads the image's files; undefined: nothing. */
  readonly verdictOf?: ((digest: string) => Promise<string | undefined>) | undefined;
}

/** The publisher of all systems. @throws E_PUBLISH_TARGET when a system's transfer settings make no sense */
export function makePublisher(config: PublishConfig, parts: PublisherParts): Publisher {
  const { now = () => Date.now() / 1000 } = parts;
  const places = new Map([...config.systems].map(([name, system]) => [name, placeOf(system, parts, now)] as const));
  const placeFor = (system: string): Place => {
    const place = places.get(system);
    if (!place) throw fail("E_PUBLISH_SYSTEM", { system });
    return place;
  };
  const contextOf = (system: string): Context => {
    const open = config.systems.get(system)?.publicFiles === "readable";
    return {
      config,
      now,
      verdictOf: parts.verdictOf,
      modeFor: (acl) => (open ? (acl.private ? 0o600 : 0o644) : undefined),
    };
  };
  return {
    publish: (system, image, acl, signal) => publish(placeFor(system), image, acl, contextOf(system), signal),
    republish: (system, image, acl, signal) => rewrite(placeFor(system), image, acl, contextOf(system), signal),
    async exists(system, id, format, signal) {
      const { image, meta } = fileNames(id, format);
      return placeFor(system).has([image, meta], signal);
    },
    async remove(system, id, format, signal) {
      const { image, meta, json, verdict } = fileNames(id, format);
      await placeFor(system).remove([meta, image, verdict, json], signal);
    },
    files: async (system, signal) => ourFiles(await placeFor(system).list(signal)),
    async removeFiles(system, names, signal) {
      const ours = names.filter((name) => parseName(name) !== undefined);
      if (ours.length > 0) await placeFor(system).remove(ours, signal);
    },
  };
}

function placeOf(system: SystemConfig, { log, run = runCommand, patience }: PublisherParts, now: () => number): Place {
  const { transfer } = system;
  if (transfer.kind === "local") return localPlace(transfer.imageDir, now);
  return remotePlace(system.name, transfer, { log, run, patience: patience ?? USUAL_PATIENCE });
}

interface Context {
  readonly config: PublishConfig;
  readonly now: () => number;
  readonly verdictOf: PublisherParts["verdictOf"];
  /** Who may read the files of an image; undefined: nobody but the gateway's account ever could. */
  readonly modeFor: (acl: PublishedAcl) => FileMode | undefined;
}

async function publish(place: Place, image: MadeImage, acl: PublishedAcl, context: Context, signal: AbortSignal) {
  const { file } = image;
  if (!file) return rewrite(place, image, acl, context, signal);
  const names = fileNames(image.id, file.format);
  const before = await documentOf(place, names.json, signal);
  if (before && before.digest !== image.digest && (await place.has([names.image, names.meta], signal)))
    throw fail("E_PUBLISH_ID_TAKEN", { path: place.shown, id: image.id, there: before.digest, digest: image.digest });
  const digest: Digest = parseDigest(file.digest);
  const created = before?.digest === image.digest ? before.created : context.now();
  const facts = { format: file.format, bytes: file.bytes, fileDigest: digest, user: image.user, created };
  const mode = context.modeFor(acl) ?? 0o600;
  const arrived = await place.bring({ path: file.path, bytes: file.bytes, digest }, names.image, mode, signal);
  try {
    const { json, meta } = notesOf(image, acl, facts, context);
    await arrived.show(json, meta);
    await writeVerdict(place, image.digest, { name: names, json, mode }, context, signal);
  } catch (error) {
    await arrived.abandon();
    throw error;
  }
}

interface Beside {
  readonly name: FileNames;
  readonly json: Note;
  readonly mode: FileMode | undefined;
}

// Beside the image, for whoever starts it without a gateway. `.json` is written again: notes come in pairs.
async function writeVerdict(
  place: Place,
  digest: string,
  { name, json, mode }: Beside,
  { verdictOf }: Context,
  signal: AbortSignal,
): Promise<void> {
  const text = await verdictOf?.(digest);
  if (text !== undefined) await place.rewrite(name.image, [{ name: name.verdict, text }, json], mode, signal);
}

async function rewrite(
  place: Place,
  image: ImageRecord | MadeImage,
  acl: PublishedAcl,
  context: Context,
  signal: AbortSignal,
): Promise<void> {
  const before = await documentOf(place, `${image.id}.json`, signal);
  const facts = factsOf(image, before, context.now());
  const names = fileNames(image.id, facts.format);
  const { json, meta } = notesOf(image, acl, facts, context);
  const mode = context.modeFor(acl);
  if (!(await place.rewrite(names.image, [json, meta], mode, signal)))
    throw fail("E_PUBLISH_GONE", { name: names.image, path: place.shown });
  await writeVerdict(place, image.digest, { name: names, json, mode }, context, signal);
}

// What the record does not say, the document knows; images of another gateway have none.
function factsOf(image: ImageRecord | MadeImage, before: ImageDocument | undefined, now: number): FileFacts {
  const record = "key" in image ? image : undefined;
  return {
    format: record?.format ?? before?.format ?? "squashfs",
    bytes: record?.bytes ?? before?.bytes ?? 0,
    fileDigest: before?.fileDigest ?? null,
    user: "user" in image ? image.user : (before?.user ?? null),
    created: before?.created ?? record?.createdAt ?? now,
  };
}

async function documentOf(place: Place, name: string, signal: AbortSignal): Promise<ImageDocument | undefined> {
  const text = await place.read(name, signal);
  return text === undefined ? undefined : parseDocument(text);
}

function notesOf(image: MadeImage | ImageRecord, acl: PublishedAcl, file: FileFacts, { config }: Context) {
  const { env, entry, cmd, workdir } = image;
  const names = fileNames(image.id, file.format);
  const facts = { format: file.format, env, entry, cmd, workdir, acl };
  return {
    json: { name: names.json, text: formatDocument(imageDocument(image, acl, file)) },
    meta: { name: names.meta, text: writeMeta(facts, { aclInMeta: config.aclInMeta }) },
  };
}

function ourFiles(files: readonly PublishedFile[]): readonly PublishedFile[] {
  return files.filter(({ name }) => parseName(name) !== undefined);
}
