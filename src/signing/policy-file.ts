// Reads a signature policy. Strict: a word it does not know may be a demand misspelt, so the whole file is refused, and
// with it whatever it might have forbidden.

import { readFile } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { BerthError, reasonOf } from "../base/errors.ts";
import { asObject, asString, asStrings, type JsonObject } from "../oci/json.ts";
import { fail } from "./errors.ts";
import { keyId, publicKey, readPem } from "./pem-key.ts";
import type { AllowedSigner, Demand, Mode, PolicyRule, SignaturePolicy } from "./policy.ts";

const MAX_RULES = 1000;
const OFF: Demand = { mode: "off", signers: [], need: "any" };

/** Reads the policy of a file and the public keys that it names. @throws E_POLICY_FILE */
export async function readPolicy(path: string): Promise<SignaturePolicy> {
  try {
    return await parsePolicy(await readFile(path, "utf8"), path);
  } catch (cause) {
    if (cause instanceof BerthError && cause.code === "E_POLICY_FILE") throw cause;
    throw fail("E_POLICY_FILE", { path, why: reasonOf(cause) }, { cause });
  }
}

/** Parses the text of a policy. @throws E_POLICY_FILE */
export async function parsePolicy(text: string, path: string): Promise<SignaturePolicy> {
  const { parseDocument } = await import("../base/yaml.ts");
  const document = parseDocument(text);
  const invalid = (why: string) => fail("E_POLICY_FILE", { path, why });
  const [error] = document.errors;
  if (error) throw invalid(error.message.split("\n")[0] ?? "");
  // An empty file has no rules; a text or a list in their place may be rules misspelt.
  const top = asObject(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (top === undefined) throw invalid("the file is no mapping");
  known(top, ["default", "rules"], "the file", invalid);
  const list = top["rules"] ?? [];
  if (!Array.isArray(list) || list.length > MAX_RULES) throw invalid(`"rules" is no list of at most ${MAX_RULES}`);
  const rules: PolicyRule[] = [];
  for (const [index, entry] of list.entries()) rules.push(await parseRule(entry, `rule ${index + 1}`, invalid));
  return { file: path, rules, fallback: await parseFallback(top["default"], invalid) };
}

type Invalid = (why: string) => Error;

async function parseRule(value: unknown, where: string, invalid: Invalid): Promise<PolicyRule> {
  const rule = asObject(value);
  if (rule === undefined) throw invalid(`${where} is no mapping`);
  known(rule, ["path", "repository", "mode", "signers", "need"], where, invalid);
  const [path, repository] = [asString(rule["path"]), asString(rule["repository"])];
  if ((path === undefined) === (repository === undefined)) throw invalid(`${where} needs a path or a repository`);
  if (path !== undefined && !isAbsolute(path)) throw invalid(`the path of ${where} does not begin with /`);
  if (repository === "" || repository?.includes("://"))
    throw invalid(`the repository of ${where} is none: write host/path, without a scheme`);
  const demand = await parseDemand(rule, where, invalid);
  return path === undefined
    ? { on: "repository", prefix: repository ?? "", ...demand }
    : { on: "path", prefix: path, ...demand };
}

async function parseFallback(value: unknown, invalid: Invalid): Promise<Demand> {
  if (value === undefined) return OFF;
  const demand = asObject(typeof value === "string" ? { mode: value } : value);
  if (demand === undefined) throw invalid('"default" is neither a mode nor a mapping');
  known(demand, ["mode", "signers", "need"], '"default"', invalid);
  return parseDemand(demand, '"default"', invalid);
}

async function parseDemand(value: JsonObject, where: string, invalid: Invalid): Promise<Demand> {
  const { mode = "enforce", need = "any", signers: names = [] } = value;
  if (!isMode(mode)) throw invalid(`the mode of ${where} is none of enforce, warn and off`);
  if (need !== "any" && need !== "all") throw invalid(`"need" of ${where} is neither any nor all`);
  const list = asStrings(names);
  if (list === undefined) throw invalid(`"signers" of ${where} is no list of fingerprints and files (write quotes)`);
  const signers: AllowedSigner[] = [];
  // What is off asks for no key files either.
  if (mode !== "off") for (const name of list) signers.push(await parseSigner(name, where, invalid));
  return { mode, need, signers };
}

function isMode(mode: unknown): mode is Mode {
  return mode === "enforce" || mode === "warn" || mode === "off";
}

async function parseSigner(name: string, where: string, invalid: Invalid): Promise<AllowedSigner> {
  const print = name.replaceAll(" ", "").toUpperCase();
  if (/^[0-9A-F]{40}$/.test(print)) return { kind: "pgp", id: print };
  const hex = /^sha256:([0-9a-f]{64})$/.exec(name)?.[1];
  if (hex !== undefined) throw invalid(`${where}: name the file of the public key ${name}, not its digest`);
  if (!isAbsolute(name))
    throw invalid(`${where}: "${name}" is neither a fingerprint of 40 digits nor an absolute path`);
  return { kind: "key", id: keyId(publicKey(await readPem(name), name)), path: name };
}

function known(object: JsonObject, words: readonly string[], where: string, invalid: Invalid): void {
  const strange = Object.keys(object).find((key) => !words.includes(key));
  if (strange !== undefined) throw invalid(`${where} has the unknown word "${strange}"`);
}
