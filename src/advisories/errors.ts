// What can go wrong with advisories, their store, and programs that look for flaws.

import { defineErrors } from "../base/errors.ts";

/** Makes the failures of this room. Exit status 2: usage or configuration; 3: something failed. */
export const fail = defineErrors({
  E_ADVISORY_NONE: {
    text: "there are no advisories in {path}",
    hint: "get them: berth advisories update, or berth advisories import FILE on a closed site",
    exit: 3,
    http: 503,
  },
  E_ADVISORY_STORE: {
    text: "the advisory store {path} cannot be used: {why}",
    hint: "berth advisories update or import makes it anew",
    exit: 3,
  },
  E_ADVISORY_DAMAGED: {
    text: "{path} is not what the store's list says: {why}",
    hint: "do not use it; berth advisories update or import brings it anew",
    exit: 3,
  },
  E_ADVISORY_SIGNATURE: {
    text: "the advisories in {path} are not signed by a key of this site: {why}",
    hint: "import a set that the site has signed; to begin anew, remove the folder; the keys are advisories.keys in site.yaml",
    exit: 3,
  },
  E_ADVISORY_OLDER: {
    text: "that set was made at {made}, and the advisories in {path} are newer, of {current}",
    hint: "take a newer set; to go back on purpose, remove the folder, or name another with --store",
    exit: 3,
  },
  E_ADVISORY_UNSIGNED: {
    text: "a change of the advisories in {path} would leave them without the signature that this site wants",
    hint: "say --sign-key FILE, or do it on the machine that has advisories.signKey",
    exit: 2,
  },
  E_ADVISORY_SOURCE: { text: "{source} holds no advisories: {why}", hint: "{hint}", exit: 2 },
  E_ADVISORY_ZIP: {
    text: "{path} is no usable zip archive: {why}",
    hint: "fetch it again; nothing of it was taken over",
    exit: 3,
    http: 502,
  },
  E_ADVISORY_MIRROR: {
    text: "no mirror of advisories is configured",
    hint: "set advisories.mirror in site.yaml, or say --mirror URL",
    exit: 2,
  },
  E_ADVISORY_FETCH: {
    text: "{url} answered with status {status}",
    hint: "check the mirror and the name of the ecosystem",
    exit: 3,
    http: 502,
  },
  E_VEX_FORM: {
    text: "{path} is no VEX document: {why}",
    hint: "OpenVEX and CSAF VEX are read, as JSON",
    exit: 2,
  },
  E_WAIVER_FORM: {
    text: "{path} is no list of waivers: {why}",
    hint: "see docs/scan.md: each waiver has id, owner, reason and until",
    exit: 2,
  },
  E_ENGINE: { text: "{engine} failed: {why}", hint: "run it by hand: {command}", exit: 3 },
});
