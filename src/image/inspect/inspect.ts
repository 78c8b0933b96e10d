// `berth inspect`: the attributes of an image of any kind. A SIF file tells them in one of its objects; other images, and
// SIF files without that object, are read.

import { type AppAttributes, type ImageAttributes, OBJECT } from "../metadata/index.ts";
import type { OpenedImage } from "../open.ts";
import { fail } from "./errors.ts";
import { withImageFiles } from "./image-files.ts";
import { defined, readAttributes, stringRecord } from "./read-attributes.ts";

/** What is known of an image. */
export interface Inspection {
  readonly attributes: ImageAttributes;
  /** The OCI configuration: the whole document exactly as stored, else what Apptainer kept of it. */
  readonly ociConfig: Uint8Array | undefined;
}

/** @throws what `openImage` and the squashfs reader throw */
export function inspectImage(path: string): Promise<Inspection> {
  const objects = [OBJECT.inspect, OBJECT.imageConfig, OBJECT.ociConfig];
  return withImageFiles(path, { objects }, async ({ image, tree }) => ({
    attributes: storedAttributes(image) ?? (await readAttributes(tree)),
    ociConfig: objectOf(image, OBJECT.imageConfig) ?? objectOf(image, OBJECT.ociConfig),
  }));
}

/** The bytes of the OCI configuration. @throws E_INSPECT_NO_OCI */
export async function ociConfigOf(path: string): Promise<Uint8Array> {
  const { ociConfig } = await inspectImage(path);
  if (!ociConfig) throw fail("E_INSPECT_NO_OCI", { path });
  return ociConfig;
}

/** Attributes of one app. @throws E_INSPECT_NO_APP */
export function appAttributes(attributes: ImageAttributes, app: string, path: string): AppAttributes {
  const found = Object.entries(attributes.apps ?? {}).find(([name]) => name === app);
  if (!found) throw fail("E_INSPECT_NO_APP", { path, app });
  return found[1];
}

function objectOf(image: OpenedImage, name: string): Uint8Array | undefined {
  return image.kind === "sif" ? image.objects.get(name) : undefined;
}

// The object is as trustworthy as the rest of the file: each field is taken only when it has the right form.
function storedAttributes(image: OpenedImage): ImageAttributes | undefined {
  const bytes = objectOf(image, OBJECT.inspect);
  if (!bytes) return undefined;
  try {
    const document: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    const attributes = field(field(document, "data"), "attributes");
    return typeof attributes === "object" && attributes !== null ? parseAttributes(attributes) : undefined;
  } catch {
    return undefined;
  }
}

function parseAttributes(value: unknown): ImageAttributes {
  const apps = Object.entries(record(field(value, "apps"))).map(([name, app]) => [name, parseApp(app)] as const);
  return defined({
    apps: apps.length > 0 ? Object.fromEntries(apps) : undefined,
    ...parseApp(value),
    deffile: string(field(value, "deffile")),
    startscript: string(field(value, "startscript")),
  });
}

function parseApp(value: unknown): AppAttributes {
  return defined({
    environment: nonEmpty(stringRecord(field(value, "environment"))),
    labels: stringRecord(field(value, "labels")),
    runscript: string(field(value, "runscript")),
    test: string(field(value, "test")),
    helpfile: string(field(value, "helpfile")),
  });
}

function field(value: unknown, name: string): unknown {
  return record(value)[name];
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function string(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function nonEmpty<T extends object>(value: T | undefined): T | undefined {
  return value && Object.keys(value).length > 0 ? value : undefined;
}
