// Where a built or imported image goes, as people write it. Pure but for the look at what is there already; writing is in
// `write-target.ts`.

import { resolve } from "node:path";
import { defineErrors } from "../base/errors.ts";
import { checkFileTarget, checkFolderTarget, checkParent } from "../image/file-target.ts";
import { checkLayoutFolder } from "../oci/archive/write-oci-layout.ts";
import { checkPush } from "../oci/push/push-image.ts";
import { parseReference, type Reference } from "../oci/reference.ts";
import type { RegistryClient } from "../oci/registry/client.ts";
import { parseImageUri } from "../oci/uri.ts";

/** A parsed target. Paths are absolute; `shown` is what the user wrote. */
export type BuildTarget =
  | { readonly kind: "sif" | "sandbox"; readonly path: string; readonly shown: string }
  | { readonly kind: "oci" | "oci-archive"; readonly path: string; readonly tag?: string; readonly shown: string }
  | {
      readonly kind: "docker-archive";
      readonly path: string;
      readonly reference?: Reference;
      readonly shown: string;
    }
  | { readonly kind: "docker" | "oras"; readonly reference: Reference; readonly shown: string }
  /** /dev/null: the build is only tried. */
  | { readonly kind: "nothing"; readonly shown: string };

const fail = defineErrors({
  E_TARGET_TRANSPORT: {
    text: "{target} is no target: berth cannot write to {kind}",
    hint: "{hint}",
  },
  E_TARGET_NAME: {
    text: "{target} is no target: {why}",
    hint: "a name without a digest, such as {example}",
  },
  E_TARGET_FORM: {
    text: "--sandbox makes a folder, but {target} is no name of a folder",
    hint: "leave out --sandbox, or name a folder",
  },
});

const OTHERS: Readonly<Record<string, readonly [kind: string, hint: string]>> = {
  "docker-daemon": ["an engine", "write docker-archive:FILE:NAME, then: docker load -i FILE"],
  http: ["a web server", "write a file and bring it there, or push to a registry with oras://"],
  instance: ["an instance", "write a file"],
};

/** Parses a target. @throws E_TARGET_TRANSPORT, E_TARGET_NAME, E_TARGET_FORM, and what `parseImageUri` does */
export function parseTarget(text: string, { sandbox }: { readonly sandbox: boolean }): BuildTarget {
  const parsed = parseImageUri(text);
  const shown = text;
  if (parsed.kind === "file" && !sandbox && resolve(parsed.path) === "/dev/null") return { kind: "nothing", shown };
  if (parsed.kind === "file") return { kind: sandbox ? "sandbox" : "sif", path: resolve(parsed.path), shown };
  if (sandbox) throw fail("E_TARGET_FORM", { target: text });
  switch (parsed.kind) {
    case "oci":
    case "oci-archive": {
      if (parsed.digest) throw noDigest(text, `${parsed.kind}:${parsed.path}:tag`);
      const { kind, path, tag } = parsed;
      return { kind, path: resolve(path), ...(tag ? { tag } : {}), shown };
    }
    case "docker-archive": {
      const { kind, path, image } = parsed;
      return { kind, path: resolve(path), ...(image ? { reference: archiveName(image, text) } : {}), shown };
    }
    case "docker":
    case "oras":
      if (parsed.reference.digest) throw noDigest(text, `${parsed.kind}://host/path:tag`);
      return { kind: parsed.kind, reference: parsed.reference, shown };
    default: {
      const [kind = parsed.kind, hint = "name a file"] = OTHERS[parsed.kind] ?? [];
      throw fail("E_TARGET_TRANSPORT", { target: text, kind, hint });
    }
  }
}

/** What looking at a target needs. */
export interface TargetCheck {
  readonly force: boolean;
  /** Makes the registry client; left out, a registry is not asked whether the caller may push there. */
  readonly client?: (() => Promise<RegistryClient>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks whether the target may be written, before any work is done for it.
 * @throws E_TARGET_…, E_SANDBOX_EXISTS, E_SANDBOX_FOREIGN, E_LAYOUT_FOLDER, E_PUSH_…, E_AUTH_…
 */
export async function checkTarget(target: BuildTarget, { force, client, signal }: TargetCheck): Promise<void> {
  switch (target.kind) {
    case "sandbox":
      return checkFolderTarget(target, force);
    case "sif":
    case "oci-archive":
    case "docker-archive":
      return checkFileTarget(target, force);
    case "oci":
      await checkParent(target.path);
      return checkLayoutFolder(target.path);
    case "docker":
    case "oras":
      return client && checkPush(target.reference, await client(), signal);
    case "nothing":
      return;
  }
}

function noDigest(target: string, example: string): Error {
  return fail("E_TARGET_NAME", { target, why: "the digest is not known before the image is made", example });
}

function archiveName(image: string, target: string): Reference {
  if (image.startsWith("@"))
    throw fail("E_TARGET_NAME", { target, why: "positions are for reading", example: "app:1" });
  const reference = parseReference(image);
  if (reference.digest) throw noDigest(target, "docker-archive:file.tar:app:1");
  return reference;
}
