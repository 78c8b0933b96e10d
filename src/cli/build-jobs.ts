// From the flags of `berth build` to the jobs of the two front ends. Reads files that flags name; builds nothing.

import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { defineErrors } from "../base/errors.ts";
import type { DefinitionJob, HostBind } from "../build/definition/job.ts";
import type { DockerfileJob, NamedContext, SecretSource } from "../build/dockerfile/job.ts";
import type { Sources } from "../build/dockerfile/remote-sources.ts";
import { parsePlatform } from "../oci/platform.ts";
import { type ImageSource, parseImageUri } from "../oci/uri.ts";
import { parseDockerfile } from "../recipe/dockerfile/parse.ts";
import type { SourceText } from "../recipe/source.ts";
import { parseBindFlag, parseMountFlag } from "../run/binds.ts";
import type { ALL_BUILD_FLAGS } from "./build-flags.ts";
import type { BuildSource } from "./build-source.ts";
import type { Context } from "./context.ts";
import type { FlagValues } from "./flags.ts";
import { VERSION } from "./version.ts";

export type BuildValues = FlagValues<typeof ALL_BUILD_FLAGS>;

const fail = defineErrors({
  E_BUILD_FLAG: { text: "{flag} {value}: {reason}", hint: "{hint}", exit: 1 },
  E_BUILD_EPOCH: {
    text: 'SOURCE_DATE_EPOCH is "{value}", which is no number of seconds since 1970',
    hint: "write whole seconds, such as 1700000000, or unset it",
    exit: 1,
  },
});

/** The job of a definition file. @throws E_DEFINITION_ARGUMENT…, E_BIND_…, E_MOUNT_…, E_BUILD_EPOCH */
export async function definitionJob(
  source: Extract<BuildSource, { readonly kind: "definition" }>,
  values: BuildValues,
  update: ImageSource | undefined,
  context: Context,
): Promise<DefinitionJob> {
  const { env, log } = context;
  const { buildArguments } = await import("../build/definition/index.ts");
  const sections = values.section.flatMap((text) => text.split(",")).filter((name) => name !== "");
  return {
    source: source.text,
    arguments: await buildArguments(values["build-arg"], values["build-arg-file"]),
    warnUnused: values["warn-unused-build-args"],
    sections: sections.length === 0 || sections.includes("all") ? undefined : sections,
    test: !values.notest,
    force: values.force,
    binds: hostBinds(values),
    devices: [...(values.nv ? ["?nvidia.com/gpu=all"] : []), ...(values.rocm ? ["?amd.com/gpu=all"] : [])],
    update,
    folder: process.cwd(),
    environment: env,
    created: sourceDate(env),
    version: VERSION,
    signedBy: (path) => signersOf(path, context),
    log,
  };
}

async function signersOf(path: string, context: Context): Promise<readonly string[]> {
  const [{ signedBy }, { SITE_KEYRING }, { keyringOf }] = await Promise.all([
    import("../signing/signed-by.ts"),
    import("../signing/keyring.ts"),
    import("./key-places.ts"),
  ]);
  return signedBy(path, { keyrings: [SITE_KEYRING, keyringOf({}, context)], now: new Date(), signal: context.signal });
}

function hostBinds(values: BuildValues): HostBind[] {
  const cwd = process.cwd();
  const requests = [
    ...values.bind.flatMap((text) => parseBindFlag(text, cwd)),
    ...values.mount.map((text) => parseMountFlag(text, cwd)),
  ];
  return requests.map(({ source, target, readonly }) => ({ source, target, readOnly: readonly }));
}

/** The job of a Dockerfile. @throws E_BUILD_FLAG, E_PLATFORM_…, and what the words of its flags are refused for */
export async function dockerfileJob(
  text: SourceText,
  values: BuildValues,
  sources: Sources,
  { env }: Context,
): Promise<DockerfileJob> {
  return {
    file: parseDockerfile(text),
    target: values.target,
    buildArgs: await dockerfileArguments(values, env),
    labels: new Map(values.label.map((word) => named("--label", word))),
    platform: values.platform === undefined ? undefined : parsePlatform(values.platform),
    contexts: new Map(await Promise.all(values["build-context"].map(namedContext))),
    secrets: new Map(values.secret.map((word) => secret(word, env))),
    ssh: new Map(values.ssh.map((word) => agent(word, env))),
    network: network(values.network),
    sources,
  };
}

async function dockerfileArguments(values: BuildValues, env: Context["env"]): Promise<ReadonlyMap<string, string>> {
  const file = values["build-arg-file"];
  const { buildArguments } = await import("../build/definition/index.ts");
  const found = new Map(file === undefined ? [] : await buildArguments([], file));
  for (const word of values["build-arg"]) {
    const equals = word.indexOf("=");
    // A name alone takes the caller's value; with none it is as if it had not been given (docker build).
    const value = equals < 0 ? env[word] : word.slice(equals + 1);
    if (value !== undefined) found.set(equals < 0 ? word : word.slice(0, equals), value);
  }
  return found;
}

function named(flag: string, word: string): [string, string] {
  const equals = word.indexOf("=");
  if (equals === 0)
    throw fail("E_BUILD_FLAG", { flag, value: word, reason: "it has no name", hint: "write NAME=VALUE" });
  return equals < 0 ? [word, ""] : [word.slice(0, equals), word.slice(equals + 1)];
}

async function namedContext(word: string): Promise<[string, NamedContext]> {
  const [name, value] = named("--build-context", word);
  const reason = "there is no such folder or image";
  const source = parseImageUri(value.replace(/^docker-image:\/\//, "docker://"));
  if (source.kind !== "file") return [name, { kind: "image", source }];
  const path = resolve(source.path);
  const info = await stat(path).catch(() => undefined);
  if (!info) {
    const hint = "write NAME=FOLDER, or NAME=docker://IMAGE";
    throw fail("E_BUILD_FLAG", { flag: "--build-context", value: word, reason, hint });
  }
  return [name, info.isDirectory() ? { kind: "folder", path } : { kind: "image", source: { kind: "file", path } }];
}

function secret(word: string, env: Context["env"]): [string, SecretSource] {
  const fields = new Map(word.split(",").map((field) => named("--secret", field)));
  const id = fields.get("id");
  const hint = "write id=NAME,src=FILE or id=NAME,env=VARIABLE";
  if (!id) throw fail("E_BUILD_FLAG", { flag: "--secret", value: word, reason: "it has no id", hint });
  const path = fields.get("src") ?? fields.get("source");
  if (path !== undefined && fields.get("type") !== "env") return [id, { kind: "file", path: resolve(path) }];
  const name = fields.get("env") ?? path ?? id;
  return [id, { kind: "variable", read: () => env[name] }];
}

function agent(word: string, env: Context["env"]): [string, string] {
  const [id, given] = named("--ssh", word);
  const socket = given === "" ? env["SSH_AUTH_SOCK"] : given;
  if (socket) return [id, resolve(socket)];
  const hint = "start one (eval $(ssh-agent); ssh-add), or write --ssh ID=SOCKET";
  throw fail("E_BUILD_FLAG", { flag: "--ssh", value: word, reason: "SSH_AUTH_SOCK names no agent", hint });
}

function network(word: string | undefined): "host" | "none" {
  if (word === undefined || word === "host" || word === "default") return "host";
  if (word === "none") return word;
  const reason = "there is no such network";
  throw fail("E_BUILD_FLAG", { flag: "--network", value: word, reason, hint: "choose host or none" });
}

/** SOURCE_DATE_EPOCH (reproducible-builds.org). @throws E_BUILD_EPOCH */
export function sourceDate(env: Context["env"]): number | undefined {
  const value = env["SOURCE_DATE_EPOCH"];
  if (value === undefined || value === "") return undefined;
  if (!/^\d{1,11}$/.test(value)) throw fail("E_BUILD_EPOCH", { value });
  return Number(value);
}
