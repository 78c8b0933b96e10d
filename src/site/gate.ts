// The part `gateway.policy` of site.yaml: by which rules images are judged before they are published, and what comes of a refusal.

import { join } from "node:path";
import { type Static, Type } from "typebox";
import type { AdvisoriesConfig, AdvisoriesPlace } from "./advisories.ts";
import { msOf } from "./findings.ts";
import type { GateConfig, ReminderConfig, SignerFiles } from "./gateway-config.ts";
import { about, choice, closed, duration, flag, list, optional, text } from "./schema-words.ts";
import { resolvePolicy } from "./services/policy.ts";
import { POLICY_SCHEMA } from "./services/policy-schema.ts";

const { severities, practices } = POLICY_SCHEMA.properties;

/** What may stand under `gateway.policy`. */
export const GATE_SCHEMA = Type.Object(
  {
    judge: choice(
      "off: images are not judged; warn: verdicts are made and shown; enforce: refused images stay in quarantine until staff release them",
      "off",
      "warn",
      "enforce",
    ),
    profile: choice("the rules to begin with; generic unless said", "generic", "nccs", "spin"),
    severities,
    practices,
    key: text("file of the private key (PEM) that signs verdicts", "/etc/berth/verdicts.key"),
    signatures: optional(
      Type.Object(
        {
          keys: list("files of public keys (PEM) of those who sign images, with cosign or berth sign", [
            "/etc/berth/cosign.pub",
          ]),
          authorities: text(
            "file of certificates (PEM) of those who vouch for notation's signers",
            "/etc/berth/ca.pem",
          ),
          keyring: text("folder of the keyring by which signatures in SIF files are checked", "/etc/berth/keys"),
        },
        { ...closed, ...about("whose signatures on images count (practices SIG001 and SIG002)") },
      ),
    ),
    rejudge: choice(
      "what becomes of a published image whose new verdict refuses it: report (unless said), or quarantine, which needs enforce",
      "report",
      "quarantine",
    ),
    strict: flag("with enforce: what could not be decided counts as refused"),
    scan: flag("look for known flaws with the site's advisories; yes unless said"),
    again: duration("after which time a verdict is made again though nothing has changed", "1d"),
    reminders: optional(
      Type.Object(
        {
          url: Type.String({
            pattern: "^https?://",
            ...about("address that is told of images to build anew", "https://chat.example.org/hooks/images"),
          }),
          secretFile: text("file with the secret that calls are signed with", "/etc/berth/reminders.secret"),
          every: duration("how often", "7d"),
        },
        { ...closed, ...about("reminders of images that are too old or have flaws that are fixed elsewhere") },
      ),
    ),
  },
  { ...closed, ...about("by which rules images are judged before they are published") },
);

type GateFile = Static<typeof GATE_SCHEMA>;

const DAY = 86_400_000;
const WEEK = 7 * DAY;

/** Completes the part; undefined where images are not judged. */
export function resolveGate(
  file: GateFile | undefined,
  advisories: AdvisoriesConfig,
  { at, stateDir, found }: AdvisoriesPlace,
): GateConfig | undefined {
  const {
    judge = "off",
    key,
    strict = false,
    scan = true,
    again,
    reminders,
    signatures,
    rejudge,
    ...rules
  } = file ?? {};
  const policy = resolvePolicy(rules, { path: ["gateway", "policy"], found });
  if (judge === "off") return undefined;
  if (key === undefined)
    found.odd(
      ["gateway", "policy"],
      "has no key: verdicts are not signed, and nodes that ask for signatures refuse them",
    );
  if (rejudge === "quarantine" && judge !== "enforce")
    found.odd(["gateway", "policy", "rejudge"], "is quarantine, but judge is not enforce: nothing is quarantined");
  return {
    ...{ judge, policy, strict, signatures: signersOf(signatures, at), rejudge: rejudge ?? "report" },
    ...{ keyFile: key === undefined ? undefined : at(key) },
    advisories: scan ? { root: advisories.path, keys: advisories.keyFiles, scan: advisories.scan } : undefined,
    dossiers: join(stateDir, "dossiers"),
    againMs: msOf(again, DAY),
    reminders: remindersOf(reminders, at),
  };
}

/** Where the keys of the site's signers are; the machine's keyring unless said. */
export function signersOf(file: GateFile["signatures"], at: (relative: string) => string): SignerFiles {
  const { keys = [], authorities, keyring = "/etc/berth/keys" } = file ?? {};
  return {
    keys: keys.map(at),
    authorities: authorities === undefined ? undefined : at(authorities),
    keyring: at(keyring),
  };
}

function remindersOf(
  file: NonNullable<GateFile["reminders"]> | undefined,
  at: (relative: string) => string,
): ReminderConfig | undefined {
  if (!file) return undefined;
  const { url, secretFile, every } = file;
  return { url, secretFile: secretFile === undefined ? undefined : at(secretFile), everyMs: msOf(every, WEEK) };
}
