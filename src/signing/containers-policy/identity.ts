// Whether a signature speaks of the image that was asked for: `signedIdentity` of containers-policy.json(5). Pure.

import type { Reference } from "../../oci/reference.ts";

/** How the name in a signature has to be related to the name that was asked for. */
export type SignedIdentity =
  | { readonly type: "matchExact" | "matchRepoDigestOrExact" | "matchRepository" }
  | { readonly type: "exactReference"; readonly dockerReference: string }
  | { readonly type: "exactRepository"; readonly dockerRepository: string }
  | { readonly type: "remapIdentity"; readonly prefix: string; readonly signedPrefix: string };

/** Why a signature that names `named` does not count for the image; undefined: it does. */
export function identityFault(
  identity: SignedIdentity,
  asked: Reference,
  named: string | undefined,
): string | undefined {
  if (named === undefined) {
    // A bundle says of which bytes it is, and nothing of names.
    return identity.type === "matchRepository" ? undefined : "its signature names no repository";
  }
  return accepts(identity, wordsOf(asked), splitName(named)) ? undefined : `its signature is for ${named}`;
}

/** A name in its parts. */
interface Name {
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

function accepts(identity: SignedIdentity, asked: Name, signed: Name): boolean {
  switch (identity.type) {
    case "matchExact":
      return (asked.tag ?? asked.digest) !== undefined && same(asked, signed);
    case "matchRepoDigestOrExact":
      return repoDigestOrExact(asked, signed);
    case "matchRepository":
      return asked.repository === signed.repository;
    case "exactReference":
      return same(splitName(identity.dockerReference), signed);
    case "exactRepository":
      return splitName(identity.dockerRepository).repository === signed.repository;
    case "remapIdentity":
      return repoDigestOrExact({ ...asked, repository: remapped(asked.repository, identity) }, signed);
  }
}

// Who asks by digest knows the content already; who asks by tag wants what was signed under this tag.
function repoDigestOrExact(asked: Name, signed: Name): boolean {
  if (asked.tag !== undefined) return same(asked, signed);
  return asked.digest !== undefined && asked.repository === signed.repository;
}

function remapped(repository: string, { prefix, signedPrefix }: { prefix: string; signedPrefix: string }): string {
  const below = repository === prefix || repository.startsWith(`${prefix}/`);
  return below ? `${signedPrefix}${repository.slice(prefix.length)}` : repository;
}

function same(a: Name, b: Name): boolean {
  return a.repository === b.repository && a.tag === b.tag && a.digest === b.digest;
}

// With a digest the tag is a remark.
function wordsOf({ registry, repository, tag, digest }: Reference): Name {
  return { repository: `${registry}/${repository}`, tag: digest === undefined ? tag : undefined, digest };
}

function splitName(text: string): Name {
  const [whole = "", digest] = text.split("@", 2);
  const colon = whole.indexOf(":", whole.lastIndexOf("/") + 1);
  const name = colon < 0 ? whole : whole.slice(0, colon);
  // The hub's other name, by which some signers know it.
  const repository = name.replace(/^index\.docker\.io\//, "docker.io/");
  return { repository, tag: colon < 0 ? undefined : whole.slice(colon + 1), digest };
}
