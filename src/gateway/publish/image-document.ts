// `<id>.json`: everything that berth's own runtime and other tools may want to know of a published image, without the
// bends of `.meta`. Read back when only lists change, so unknown fields of newer versions must not break it.

import { asObject, asString, asStrings, jsonObject } from "../../oci/json.ts";
import type { ImageRecord, MadeImage, PublishedAcl } from "../types.ts";

/** The content of `.json`, version 1. */
export interface ImageDocument {
  readonly version: 1;
  readonly id: string;
  /** Of the manifest; of an import, of the published file. */
  readonly digest: string;
  readonly source: string;
  readonly format: string;
  /** The published file. */
  readonly bytes: number;
  readonly fileDigest: string | null;
  readonly arch: string;
  readonly os: string;
  readonly env: readonly string[];
  readonly entry: readonly string[] | null;
  readonly cmd: readonly string[] | null;
  readonly workdir: string | null;
  readonly user: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly acl: PublishedAcl;
  /** Seconds since 1970: when it was published first. */
  readonly created: number;
}

/** What the published file is, when the document is made from a record that does not say it. */
export type FileFacts = Pick<ImageDocument, "format" | "bytes" | "fileDigest" | "user" | "created">;

/** The document of an image. */
export function imageDocument(image: MadeImage | ImageRecord, acl: PublishedAcl, file: FileFacts): ImageDocument {
  const { id, digest, source, arch, os, env, entry, cmd, workdir, labels } = image;
  const { format, bytes, fileDigest, user, created } = file;
  const { private: isPrivate, users, groups } = acl;
  return {
    ...{ version: 1, id, digest, source, format, bytes, fileDigest, arch, os },
    ...{ env, entry, cmd, workdir, user, labels, acl: { private: isPrivate, users, groups }, created },
  };
}

/** As it is written. */
export function formatDocument(document: ImageDocument): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** Reads a document; undefined when it is none of ours, or of another version. */
export function parseDocument(text: string): ImageDocument | undefined {
  const found = jsonObject(Buffer.from(text));
  const [id, digest, format] = [asString(found?.["id"]), asString(found?.["digest"]), asString(found?.["format"])];
  if (found?.["version"] !== 1 || id === undefined || digest === undefined || format === undefined) return undefined;
  const word = (key: string) => asString(found[key]) ?? "";
  const words = (key: string) => asStrings(found[key]) ?? null;
  return {
    ...{ version: 1, id, digest, format, source: word("source"), arch: word("arch"), os: word("os") },
    ...{ bytes: number(found["bytes"]), created: number(found["created"]) },
    ...{ env: words("env") ?? [], entry: words("entry"), cmd: words("cmd"), labels: texts(found["labels"]) },
    fileDigest: asString(found["fileDigest"]) ?? null,
    workdir: asString(found["workdir"]) ?? null,
    user: asString(found["user"]) ?? null,
    acl: parseAcl(found["acl"]),
  };
}

// A list that cannot be read keeps everybody out, not in.
function parseAcl(value: unknown): PublishedAcl {
  const found = asObject(value);
  const ids = (key: string) => (Array.isArray(found?.[key]) ? found[key].map(number) : []);
  return { private: found?.["private"] !== false, users: ids("users"), groups: ids("groups") };
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function texts(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(asObject(value) ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
