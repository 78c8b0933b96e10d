// `berth registry login|logout|list`: flags, one call each, printing.

import { Command } from "commander";
import { ownAuthFile } from "../oci/auth/auth-places.ts";
import type { Login } from "../oci/auth/login.ts";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec, FlagValues } from "./flags.ts";
import { print } from "./output.ts";
import { VERSION } from "./version.ts";

const FILE_FLAG = {
  long: "authfile",
  kind: "text",
  value: "file",
  help: "use this file, in the form of Docker's config.json",
} as const satisfies FlagSpec;

const LOGIN_FLAGS = [
  { long: "username", short: "u", kind: "text", value: "name", env: ["LOGIN_USERNAME"], help: "user name" },
  {
    long: "password",
    short: "p",
    kind: "text",
    value: "word",
    env: ["LOGIN_PASSWORD"],
    help: "password; better --password-stdin, since others on this machine see arguments",
  },
  { long: "password-stdin", kind: "switch", env: [], help: "read the password from standard input" },
  {
    long: "no-https",
    aliases: ["nohttps", "insecure"],
    kind: "switch",
    env: ["NO_HTTPS", "NOHTTPS"],
    help: "plain HTTP, or TLS without verification, for this registry",
  },
  FILE_FLAG,
] as const satisfies readonly FlagSpec[];

const LIST_FLAGS = [FILE_FLAG, { long: "json", kind: "switch", env: [], help: "as JSON" }] as const;

const REGISTRY = ["<registry>", "docker://HOST[:PORT] or oras://HOST[:PORT]"] as const;

/** `berth registry`. */
export function registryCommand(context: Context): Command {
  return new Command("registry")
    .description("Log in to, out of, and list registries. A registry is written docker://HOST or oras://HOST.")
    .addCommand(loginCommand(context))
    .addCommand(logoutCommand(context))
    .addCommand(listCommand(context));
}

function loginCommand(context: Context): Command {
  const command = new Command("login")
    .summary("check a login with a registry and keep it")
    .description("Shows the login to the registry and, when it is accepted, keeps it for later pulls (mode 0600).")
    .argument(...REGISTRY);
  return addFlags(command, LOGIN_FLAGS).action(async (uri: string) => {
    const values = readFlags(command, LOGIN_FLAGS, context.env);
    const { checkLogin, parseRegistryUri } = await import("../oci/auth/login.ts");
    const { storeLogin } = await import("../oci/auth/auth-file-edit.ts");
    const { env, log, signal } = context;
    const registry = parseRegistryUri(uri);
    if (command.opts()["password"]) log.warn("others on this machine can see this password: use --password-stdin");
    const login = await readLogin(values, context);
    const insecure = values["no-https"];
    await checkLogin(registry, login, { env, log, signal, insecure, userAgent: `berth/${VERSION}` });
    const path = authFile(values.authfile, context);
    await storeLogin(path, registry, { ...login, insecure });
    log.info(`Token stored in ${path}`);
  });
}

async function readLogin(values: FlagValues<typeof LOGIN_FLAGS>, { signal }: Context): Promise<Login> {
  const { promptLine, readPasswordInput } = await import("./secret-input.ts");
  const { requireLogin, requireUser } = await import("../oci/auth/login.ts");
  const username = requireUser(values.username);
  const password = values["password-stdin"] ? await readPasswordInput(process.stdin) : values.password;
  return requireLogin(username, password || (await promptLine("Password / Token: ", { hidden: true, signal })));
}

function logoutCommand(context: Context): Command {
  const command = new Command("logout").summary("forget the login of a registry").argument(...REGISTRY);
  return addFlags(command, [FILE_FLAG]).action(async (uri: string) => {
    const { parseRegistryUri } = await import("../oci/auth/login.ts");
    const { removeLogin } = await import("../oci/auth/auth-file-edit.ts");
    const { log, env } = context;
    const path = authFile(readFlags(command, [FILE_FLAG], env).authfile, context);
    const removed = await removeLogin(path, parseRegistryUri(uri));
    if (!removed) return log.warn(`There is no existing login to registry "${uri}".`);
    log.info(`Token removed from ${path}`);
    log.info("Logout succeeded");
  });
}

function listCommand(context: Context): Command {
  const command = new Command("list").summary("list the registries with a login");
  return addFlags(command, LIST_FLAGS).action(async () => {
    const values = readFlags(command, LIST_FLAGS, context.env);
    const { listLogins } = await import("../oci/auth/login.ts");
    const logins = await listLogins(authFile(values.authfile, context));
    if (values.json) return void print(`${JSON.stringify(logins, null, 2)}\n`);
    const width = Math.max(3, ...logins.map(({ uri }) => uri.length));
    const rows = logins.map(({ uri, secure }) => `${uri.padEnd(width)}  ${secure ? "✓" : "✗!"}`);
    print(`\n${["URI".padEnd(width).concat("  SECURE?"), ...rows].join("\n")}\n`);
  });
}

function authFile(named: string | undefined, { env, user }: Context): string {
  return named ?? ownAuthFile(env, user);
}
