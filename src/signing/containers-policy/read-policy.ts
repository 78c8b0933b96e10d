// Reads a containers-policy.json(5). Strict: what berth cannot check is refused with its place in the file, since a demand
// that is passed over would let everything through.

import type { KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { Document, Node } from "yaml";
import { type BerthError, defineErrors, reasonOf } from "../../base/errors.ts";
import { positionOf } from "../../base/source.ts";
import { asObject, asString, asStrings, type JsonObject } from "../../oci/json.ts";
import { publicKey, readPem } from "../pem-key.ts";
import type { SignedIdentity } from "./identity.ts";
import type { ContainersPolicy, Requirement } from "./policy.ts";

const fail = defineErrors({
  E_CONTAINERS_POLICY: { text: "the signature policy cannot be used: {place}: {what}", hint: "{cure}" },
});

type Path = readonly (string | number)[];

/** Says what is wrong at a place of the file. */
type Invalid = (path: Path, what: string, cure: string) => BerthError;

/** Reads the policy of a file, and the public keys that it names. @throws E_CONTAINERS_POLICY */
export async function readContainersPolicy(path: string): Promise<ContainersPolicy> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    const cure = "give the path of a containers-policy.json that the gateway's account may read";
    throw fail("E_CONTAINERS_POLICY", { place: path, what: reasonOf(cause), cure }, { cause });
  });
  return parseContainersPolicy(text, path);
}

/** Parses the text of a policy. @throws E_CONTAINERS_POLICY with file, line and column */
export async function parseContainersPolicy(text: string, path: string): Promise<ContainersPolicy> {
  // The parser of YAML knows where in the text each part stands, and refuses a key that comes twice.
  const { parseDocument } = await import("../../base/yaml.ts");
  const document = parseDocument(text, { schema: "json" });
  const at = (offset: number) => {
    const { line, column } = positionOf(text, offset);
    return `${path}:${line}:${column}`;
  };
  const [error] = document.errors;
  if (error) {
    const what = error.message.split(/ at line \d+|\n/)[0] ?? "";
    throw fail("E_CONTAINERS_POLICY", { place: at(error.pos[0]), what, cure: "write JSON" });
  }
  const invalid: Invalid = (where, what, cure) =>
    fail("E_CONTAINERS_POLICY", { place: at(startOf(document, where)), what, cure });
  return parsePolicy(document.toJS({ maxAliasCount: 0 }), invalid);
}

function startOf(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = (length === 0 ? document.contents : document.getIn(path.slice(0, length), true)) as Node | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}

async function parsePolicy(value: unknown, invalid: Invalid): Promise<ContainersPolicy> {
  const top = asObject(value);
  if (!top) throw invalid([], "it is no object", 'write {"default": [{"type": "reject"}]}');
  known(top, ["default", "transports"], [], invalid);
  if (top["default"] === undefined)
    throw invalid([], "it has no default", 'add "default": [{"type": "reject"}], or insecureAcceptAnything');
  const fallback = await parseList(top["default"], ["default"], invalid);
  const transports = asObject(top["transports"] ?? {});
  if (!transports) throw invalid(["transports"], "transports is no object", "write one by transport and scope");
  // Only registries are pulled from: what is said of archives and daemons concerns nobody here.
  const scopes = asObject(transports["docker"] ?? {});
  if (!scopes) throw invalid(["transports", "docker"], "docker is no object", "write requirements by scope");
  const docker = new Map<string, readonly Requirement[]>();
  for (const [scope, list] of Object.entries(scopes)) {
    docker.set(scope, await parseList(list, ["transports", "docker", scope], invalid));
  }
  return { fallback, docker };
}

async function parseList(value: unknown, path: Path, invalid: Invalid): Promise<readonly Requirement[]> {
  if (!Array.isArray(value) || value.length === 0)
    throw invalid(path, "there is no list of requirements", 'write [{"type": "reject"}], or insecureAcceptAnything');
  const list: Requirement[] = [];
  for (const [index, item] of value.entries()) list.push(await parseRequirement(item, [...path, index], invalid));
  return list;
}

const KEYS = ["keyPath", "keyPaths", "keyData", "keyDatas"] as const;
/** Demands of sigstoreSigned that berth does not check, and what to do instead. */
const BEYOND: Readonly<Record<string, string>> = {
  fulcio: "berth checks plain keys: sign with one, and name it by keyPath",
  pki: "berth checks plain keys: sign with one, and name it by keyPath",
  rekorPublicKeyPath: "berth does not look into transparency logs: leave it out",
  rekorPublicKeyPaths: "berth does not look into transparency logs: leave it out",
  rekorPublicKeyData: "berth does not look into transparency logs: leave it out",
  rekorPublicKeyDatas: "berth does not look into transparency logs: leave it out",
};

async function parseRequirement(value: unknown, path: Path, invalid: Invalid): Promise<Requirement> {
  const item = asObject(value) ?? {};
  const type = asString(item["type"]);
  if (type === "insecureAcceptAnything" || type === "reject") {
    known(item, ["type"], path, invalid);
    return { kind: type === "reject" ? "reject" : "accept" };
  }
  if (type === "signedBy") {
    const cure = "sign with a plain key (berth sign --key, cosign sign --key) and write sigstoreSigned";
    throw invalid(path, "signedBy needs OpenPGP signatures in a lookaside server, which berth does not read", cure);
  }
  if (type !== "sigstoreSigned")
    throw invalid(
      [...path, "type"],
      `${type === undefined ? "a requirement has no type" : `no requirement is called ${type}`}`,
      "write insecureAcceptAnything, reject or sigstoreSigned",
    );
  return signedRequirement(item, path, invalid);
}

async function signedRequirement(item: JsonObject, path: Path, invalid: Invalid): Promise<Requirement> {
  for (const [key, cure] of Object.entries(BEYOND))
    if (item[key] !== undefined) throw invalid([...path, key], `${key} cannot be checked`, cure);
  known(item, ["type", "signedIdentity", ...KEYS], path, invalid);
  const [key, other] = KEYS.filter((name) => item[name] !== undefined);
  if (key === undefined || other !== undefined)
    throw invalid(path, "sigstoreSigned needs one of keyPath, keyPaths, keyData and keyDatas", "name the public key");
  const texts = key.endsWith("s") ? asStrings(item[key]) : [asString(item[key]) ?? ""];
  if (!texts || texts.length === 0 || texts.includes(""))
    throw invalid(
      [...path, key],
      `${key} is no ${key.endsWith("s") ? "list of texts" : "text"}`,
      "name the public key",
    );
  const keys: KeyObject[] = [];
  for (const text of texts) keys.push(await keyOf(text, key.startsWith("keyPath"), [...path, key], invalid));
  return {
    kind: "signed",
    keys,
    identity: parseIdentity(item["signedIdentity"], [...path, "signedIdentity"], invalid),
  };
}

async function keyOf(text: string, isPath: boolean, path: Path, invalid: Invalid): Promise<KeyObject> {
  if (isPath && !isAbsolute(text)) throw invalid(path, `${text} does not begin with /`, "write the whole path");
  try {
    // A key of a policy is public: what stands there in base64 is PEM again.
    return isPath
      ? publicKey(await readPem(text), text)
      : publicKey(Buffer.from(text, "base64").toString("utf8"), "in the policy");
  } catch (cause) {
    throw invalid(path, reasonOf(cause), "a public key in PEM is wanted: openssl pkey -in KEY.pem -pubout");
  }
}

const IDENTITIES: Readonly<Record<SignedIdentity["type"], readonly string[]>> = {
  matchExact: [],
  matchRepoDigestOrExact: [],
  matchRepository: [],
  exactReference: ["dockerReference"],
  exactRepository: ["dockerRepository"],
  remapIdentity: ["prefix", "signedPrefix"],
};

function parseIdentity(value: unknown, path: Path, invalid: Invalid): SignedIdentity {
  if (value === undefined) return { type: "matchRepoDigestOrExact" };
  const identity = asObject(value) ?? {};
  const type = asString(identity["type"]) ?? "";
  if (!Object.hasOwn(IDENTITIES, type))
    throw invalid(path, "signedIdentity is of no known type", `write one of ${Object.keys(IDENTITIES).join(", ")}`);
  const fields = IDENTITIES[type as SignedIdentity["type"]];
  known(identity, ["type", ...fields], path, invalid);
  const missing = fields.find((field) => !asString(identity[field]));
  if (missing !== undefined) throw invalid(path, `${type} has no ${missing}`, `add "${missing}": "registry/…"`);
  // Its type and all of its fields have just been looked at.
  return identity as unknown as SignedIdentity;
}

function known(object: JsonObject, words: readonly string[], path: Path, invalid: Invalid): void {
  const strange = Object.keys(object).find((key) => !words.includes(key));
  if (strange !== undefined)
    throw invalid([...path, strange], `${strange} is not known here`, `known: ${words.join(", ")}`);
}
