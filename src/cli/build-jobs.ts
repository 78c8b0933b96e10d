// From the flags of `berth build` to the jobs of the two front ends. Reads files that flags name; builds nothing.

import { defineErrors } from "../base/errors.ts";
import type { SourceText } from "../base/source.ts";
import type { DefinitionJob, HostBind } from "../build/definition/job.ts";
import {
  parseAssignments,
  parseContexts,
  parseLabels,
  parseSecrets,
  parseSsh,
} from "../build/dockerfile/call-flags.ts";
import type { DockerfileJob, NamedContext } from "../build/dockerfile/job.ts";
import type { Sources } from "../build/dockerfile/remote-sources.ts";
import { parsePlatform } from "../oci/platform.ts";
import { parseDockerfile } from "../recipe/dockerfile/parse.ts";
import { parseBindFlag, parseMountFlag } from "../run/binds.ts";
import type { ALL_BUILD_FLAGS } from "./build-flags.ts";
import { type BuildSource, ignoreFile } from "./build-source.ts";
import type { Context } from "./context.ts";
import type { FlagValues } from "./flags.ts";
import { sourceDate } from "./source-date.ts";
import { VERSION } from "./version.ts";

export type BuildValues = FlagValues<typeof ALL_BUILD_FLAGS>;

const fail = defineErrors({
  E_BUILD_FLAG: { text: "{flag} {value}: {reason}", hint: "{hint}", exit: 1 },
});

/** The job of a definition file. @throws E_DEFINITION_ARGUMENT…, E_BIND_…, E_MOUNT_…, E_BUILD_EPOCH */
export async function definitionJob(
  source: Extract<BuildSource, { readonly kind: "definition" }>,
  values: BuildValues,
  { update, keepFile }: Pick<DefinitionJob, "update" | "keepFile">,
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
    labels: parseLabels(values.label),
    binds: hostBinds(values),
    devices: [...(values.nv ? ["?nvidia.com/gpu=all"] : []), ...(values.rocm ? ["?amd.com/gpu=all"] : [])],
    update,
    folder: process.cwd(),
    environment: env,
    created: sourceDate(env),
    version: VERSION,
    signedBy: (path) => signersOf(path, context),
    keepFile,
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

/** The job of a Dockerfile. @throws E_BUILD_FLAG, E_PLATFORM_…, E_CONTEXT_FLAG, E_SECRET_FLAG, E_SSH_FLAG */
export async function dockerfileJob(
  text: SourceText,
  values: BuildValues,
  sources: Sources,
  { env }: Context,
): Promise<DockerfileJob> {
  const place = { cwd: process.cwd(), env };
  return {
    file: parseDockerfile(text),
    target: values.target,
    buildArgs: await dockerfileArguments(values, env),
    labels: parseLabels(values.label),
    platform: values.platform === undefined ? undefined : parsePlatform(values.platform),
    contexts: await withFilters(parseContexts(values["build-context"], place)),
    secrets: parseSecrets(values.secret, place),
    ssh: parseSsh(values.ssh, place),
    network: network(values.network),
    sources,
  };
}

async function withFilters(contexts: ReadonlyMap<string, NamedContext>): Promise<ReadonlyMap<string, NamedContext>> {
  const read = async ([name, context]: [string, NamedContext]): Promise<[string, NamedContext]> =>
    context.kind === "folder" ? [name, { ...context, ignore: await ignoreFile(context.path) }] : [name, context];
  return new Map(await Promise.all([...contexts].map(read)));
}

async function dockerfileArguments(values: BuildValues, env: Context["env"]): Promise<ReadonlyMap<string, string>> {
  const file = values["build-arg-file"];
  const { buildArguments } = await import("../build/definition/index.ts");
  const named = file === undefined ? [] : await buildArguments([], file);
  return new Map([...named, ...parseAssignments(values["build-arg"], env)]);
}

function network(word: string | undefined): "host" | "none" {
  if (word === undefined || word === "host" || word === "default") return "host";
  if (word === "none") return word;
  const reason = "there is no such network";
  throw fail("E_BUILD_FLAG", { flag: "--network", value: word, reason, hint: "choose host or none" });
}
