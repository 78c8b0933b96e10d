// Who vouches for an image, and where it may run from: SIG001, SIG002, LOC001, LOC002.

import { isWithin, plainPath } from "../../host-path.ts";
import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import type { AuditSubject, HostSubject, LaunchSubject } from "../../practice-subjects.ts";
import { type Hit, unknown } from "../../rule.ts";

const GOOD = { kind: "site", valid: true, signer: "site" } as const;
const BAD = { kind: "cosign", valid: false, reason: "it is over another digest" } as const;

export const SIGNED = practice({
  id: "SIG001",
  title: "Somebody whom the site trusts has signed the image",
  severity: "error",
  class: "optional",
  certainty: "certain",
  message: "no key of the site's policy has signed this image",
  hint: "sign it: berth sign, or ask who builds it",
  why: "A signature says that the image is the one that somebody answers for, wherever it was copied from.",
  source: "N4.1",
  peers: ["CIS-DI-0005"],
  controls: ["NIST 800-190 4.1.5"],
  checks: { image: unsigned },
  passes: [
    { shows: "signed", policy: { signed: true }, image: {}, facts: { signatures: [GOOD] } },
    { shows: "nobody demands it", image: {}, facts: { signatures: [] } },
  ],
  fails: [
    { shows: "none", policy: { signed: true }, image: {}, facts: { signatures: [] } },
    { shows: "only a bad one", policy: { signed: true }, image: {}, facts: { signatures: [BAD] } },
    { shows: "nobody looked", policy: { signed: true }, image: {}, expect: { certainty: "unknown" } },
    {
      shows: "the registry did not answer",
      policy: { signed: true },
      image: {},
      facts: { signatures: [], signaturesUnread: "the registry is out of reach" },
      expect: { certainty: "unknown", says: "the registry is out of reach" },
    },
  ],
});

function unsigned({ facts: { signatures, signaturesUnread }, tables }: AuditSubject): Hit | undefined {
  if (!tables.signed || signatures?.some(({ valid }) => valid)) return undefined;
  return signatures && signaturesUnread === undefined ? {} : unknownSignatures(signaturesUnread);
}

function unknownSignatures(why: string | undefined): Hit {
  return unknown(`the signatures of the image${why === undefined ? "" : ` (${why})`}`);
}

export const VALID_SIGNATURES = practice({
  id: "SIG002",
  title: "A signature that is there is valid",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "a {kind} signature of this image is not valid: {reason}",
  hint: "do not use the image before you know why; sign it again, or take the signature away",
  why: "A signature that does not fit means that the image, or the signature, was changed.",
  source: "N4.1",
  peers: [],
  checks: { image: invalid },
  passes: [
    { shows: "a good one", image: {}, facts: { signatures: [GOOD] } },
    { shows: "none at all", image: {}, facts: { signatures: [] } },
  ],
  fails: [
    {
      shows: "another digest",
      image: {},
      facts: { signatures: [GOOD, BAD] },
      expect: { says: "it is over another digest" },
    },
    { shows: "nobody looked", image: {}, expect: { certainty: "unknown" } },
    {
      shows: "no key for what is there",
      image: {},
      facts: { signatures: [GOOD], signaturesUnread: "the site names no key" },
      expect: { certainty: "unknown", says: "the site names no key" },
    },
  ],
});

function invalid({ facts: { signatures, signaturesUnread } }: AuditSubject): readonly Hit[] {
  const bad = (signatures ?? [])
    .filter(({ valid }) => !valid)
    .map(({ kind, reason = "no reason is known" }): Hit => ({ fields: { kind, reason } }));
  const isAll = signatures && signaturesUnread === undefined;
  return isAll ? bad : [...bad, unknownSignatures(signaturesUnread)];
}

const FOLDERS = { imageFolders: [{ path: "/images", owners: ["root", "curator"] }] };

export const ALLOWED_PLACE = practice({
  id: "LOC001",
  title: "Images run only from the site's folders",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{path} is in none of the folders that images may run from",
  hint: "ask staff to publish it in {folders}",
  why: "What lies there was looked at, and nobody can change it between the look and the run.",
  source: "N4.4",
  peers: [],
  cases: { owner: { message: "{path} belongs to {owner}, whose images may not run from there" } },
  checks: { launch: ofLaunch, host: ofHost },
  passes: [
    { shows: "in the folder", policy: FOLDERS, run: "apptainer run /images/a/x.sif\n" },
    { shows: "by name from a registry", policy: FOLDERS, run: "shifter --image=docker:a:1 x\n" },
    { shows: "the site names none", run: "apptainer run ~/x.sif\n" },
    { shows: "a variable", policy: FOLDERS, run: "apptainer run $IMAGE\n" },
    {
      shows: "by facts",
      policy: FOLDERS,
      host: true,
      facts: { location: { path: "/images/x.sif", owner: "root", group: "root" } },
    },
  ],
  fails: [
    { shows: "at home", policy: FOLDERS, run: "apptainer run ~/x.sif\n", expect: { line: 1, says: "~/x.sif" } },
    {
      shows: "out of it",
      policy: FOLDERS,
      run: "apptainer exec /images/../tmp/x.sif y\n",
      expect: { says: "/tmp/x.sif" },
    },
    { shows: "a relative path", policy: FOLDERS, run: "apptainer exec x.sif y\n", expect: { certainty: "likely" } },
    {
      shows: "somebody else's",
      policy: FOLDERS,
      host: true,
      facts: { location: { path: "/images/x.sif", owner: "fred", group: "users" } },
      expect: { case: "owner", says: "fred" },
    },
  ],
});

function ofLaunch({ launch: { tool, image }, tables: { imageFolders } }: LaunchSubject): Hit | undefined {
  if (tool !== "apptainer" || !image || imageFolders.length === 0) return undefined;
  const { value, range } = image;
  if (value.includes("://") || value.includes("$")) return undefined;
  const path = value.startsWith("/") ? plainPath(value) : value;
  if (value.startsWith("/") && imageFolders.some((folder) => isWithin(path, plainPath(folder.path)))) return undefined;
  const relative = !value.startsWith("/") && !value.startsWith("~");
  return {
    fields: {
      path,
      folders: listed(
        imageFolders.map((folder) => folder.path),
        "or",
      ),
    },
    range,
    certainty: relative ? "likely" : undefined,
  };
}

function ofHost({ facts: { location }, tables: { imageFolders } }: HostSubject): Hit | undefined {
  if (!location || imageFolders.length === 0) return undefined;
  const folder = imageFolders.find((one) => isWithin(location.path, plainPath(one.path)));
  const fields = {
    path: location.path,
    owner: location.owner,
    folders: listed(
      imageFolders.map((one) => one.path),
      "or",
    ),
  };
  if (!folder) return { fields };
  return folder.owners === undefined || folder.owners.includes(location.owner) ? undefined : { case: "owner", fields };
}

export const NO_STRAY_IMAGES = practice({
  id: "LOC002",
  title: "No images lie around outside of the site's folders",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{count} images lie outside of the site's folders: {paths}",
  hint: "move them into the site's folders, or remove them: berth inventory lists them with their owners",
  why: "Forgotten images are run again one day, with all the flaws that became known since.",
  source: "N4.4",
  peers: [],
  cases: { one: { message: "an image lies outside of the site's folders: {paths}" } },
  checks: { host: stray },
  passes: [{ shows: "none", host: true, facts: { inventory: { searched: ["/home"], stray: [] } } }],
  fails: [
    {
      shows: "one",
      host: true,
      facts: { inventory: { searched: ["/home"], stray: ["/home/u/old/x.sif"] } },
      expect: { case: "one", says: "/home/u/old/x.sif" },
    },
    {
      shows: "many",
      host: true,
      facts: { inventory: { searched: ["/h"], stray: ["/h/a", "/h/b", "/h/c", "/h/d"] } },
      expect: { says: "4 images" },
    },
    { shows: "nobody searched", host: true, expect: { certainty: "unknown" } },
  ],
});

function stray({ facts: { inventory } }: HostSubject): Hit | undefined {
  if (!inventory) return unknown("which images lie outside of the site's folders");
  const { length: count } = inventory.stray;
  const shown = inventory.stray.slice(0, 3);
  const fields = { count, paths: listed(count > 3 ? [...shown, `${count - 3} more`] : shown) };
  if (count === 0) return undefined;
  return count === 1 ? { case: "one", fields } : { fields };
}
