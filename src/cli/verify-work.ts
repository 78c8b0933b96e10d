// What `berth verify` does, once its flags are read.

import type { KeyObject } from "node:crypto";
import { hasCode } from "../base/errors.ts";
import { fail } from "../signing/errors.ts";
import { type KeyServer, pullKey } from "../signing/hkp.ts";
import { publicKeys, SITE_KEYRING } from "../signing/keyring.ts";
import { publicKey, readPem } from "../signing/pem-key.ts";
import type { PgpKey } from "../signing/pgp.ts";
import { type Finding, type TrustedKeys, verifySif } from "../signing/verify-sif.ts";
import { readCertificates, systemRoots, trustedCertificateKey } from "../signing/x509.ts";
import type { Context } from "./context.ts";
import { keyringOf, withKeyServer } from "./key-places.ts";
import { print } from "./output.ts";
import type { VerifyValues } from "./verify.ts";
import { findingsJson, findingText } from "./verify-listing.ts";

/** Verifies and shows what was found. @throws the first failure of a signature, or why there is nothing to verify */
export async function verifyImage(image: string, values: VerifyValues, context: Context): Promise<void> {
  if (values["ocsp-verify"]) throw fail("E_OCSP");
  if (image.startsWith("docker://")) {
    const { verifyRemote } = await import("./sign-registry.ts");
    return verifyRemote(image, values, context);
  }
  const keys = await trustedKeys(values, context);
  const findings = await verifySif(image, {
    keys,
    ...partOf(values),
    now: new Date(),
    signal: context.signal,
    ...(values["legacy-insecure"] ? { legacy: values.all ? "all" : "primary" } : {}),
  });
  print(values.json ? findingsJson(findings) : findings.map(findingText).join("\n"));
  const bad = findings.find(({ failure }) => failure !== undefined);
  if (bad?.failure) throw bad.failure;
  context.log.info(`Verified signature(s) from image '${image}'`);
  sayRemote(findings, context);
}

// A key that came from a server proves only that its owner made the signature, whoever that is.
function sayRemote(findings: readonly Finding[], { log }: Context): void {
  const remote = findings.flatMap(({ signer }) =>
    signer?.kind === "pgp" && signer.remote ? [signer.fingerprint] : [],
  );
  for (const print of new Set(remote))
    log.warn(`the key ${print} is not in your keyring: check the fingerprint with its owner`);
}

/** The part of a file that `--sif-id` and `--group-id` name. @throws E_SIF_NO_GROUP */
export function partOf(values: { readonly "sif-id": string | undefined; readonly "group-id": string | undefined }) {
  const object = idNumber(values["sif-id"]);
  const group = idNumber(values["group-id"]);
  return { ...(object === undefined ? {} : { object }), ...(group === undefined ? {} : { group }) };
}

function idNumber(text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d{0,8}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw fail("E_SIF_NO_GROUP", { path: "an image", group: `"${text}": ids are numbers from 1` });
}

async function trustedKeys(values: VerifyValues, context: Context): Promise<TrustedKeys> {
  const plain = await givenKey(values);
  if (plain) return { plain: [plain] };
  const pgp = [...(await publicKeys(SITE_KEYRING)), ...(await publicKeys(keyringOf(values, context)))];
  const { url } = values;
  if (values.local || url === undefined) return { pgp };
  return { pgp, findPgp: (id) => withKeyServer(url, context, (server) => pullIfThere(server, id)) };
}

async function pullIfThere(server: KeyServer, id: string): Promise<readonly PgpKey[]> {
  try {
    return await pullKey(server, id);
  } catch (error) {
    // That the signer is unknown here is said of the signature.
    if (hasCode(error, "E_KEYSERVER_KEY")) return [];
    throw error;
  }
}

/** The key of `--key` or of `--certificate`, if one of them was given. @throws E_KEY_FILE, E_CERTIFICATE… */
export async function givenKey(values: VerifyValues): Promise<KeyObject | undefined> {
  const { key, certificate, "certificate-roots": roots, "certificate-intermediates": between } = values;
  if (certificate !== undefined) {
    const [leaf, ...more] = await readCertificates(certificate);
    if (!leaf) return undefined;
    const intermediates = [...more, ...(between === undefined ? [] : await readCertificates(between))];
    const trusted = roots === undefined ? systemRoots() : await readCertificates(roots);
    return trustedCertificateKey(leaf, { intermediates, roots: trusted, now: new Date() });
  }
  return key === undefined ? undefined : publicKey(await readPem(key), key);
}
