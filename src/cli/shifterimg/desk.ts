// What the modes of `shifterimg` work with: the gateway as Shifter's client speaks to it, the caller's logins, the words of
// the command line. The only file here that asks a gateway.

import { DEFAULT_SOCKET, decodeMunge } from "../../gateway/auth/munge.ts";
import { readLogin } from "../../gateway/auth/registry-logins.ts";
import type { RegistryCredential } from "../../gateway/types.ts";
import { readBounded } from "../../oci/registry/body.ts";
import type { ClientConfig } from "../../site/server-config.ts";
import type { Context } from "../context.ts";
import { openSiteGateways } from "../gateway/open.ts";
import type { Arguments } from "./arguments.ts";
import { fail } from "./errors.ts";
import { type ImageArgument, imagePath, readImageArgument } from "./image-argument.ts";
import { messageLine } from "./lines.ts";
import { loginFile, readLogins } from "./login-file.ts";

/** The surroundings of a mode. */
export interface Call {
  readonly args: Arguments;
  readonly context: Context;
  readonly config: ClientConfig;
  readonly system: string;
  readonly logins: ReadonlyMap<string, RegistryCredential>;
  print(text: string): void;
}

/** What a mode asks of a gateway. */
export interface Wish {
  readonly route: string;
  readonly image?: ImageArgument | undefined;
  readonly post?: Readonly<Record<string, unknown>> | undefined;
  readonly query?: string | undefined;
  /** Without a credential too. */
  readonly open?: boolean;
}

/** What a gateway answered. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Undefined: it is not JSON. */
  readonly json: unknown;
}

// The list of a large site: a hundred thousand images.
const ANSWER_LIMIT = 512 << 20;

/** Asks `/api/ROUTE/SYSTEM[/TYPE/TAG]/`; with `-v` the answer is shown. @throws E_CLIENT_…, E_AUTH_… */
export async function ask(call: Call, wish: Wish): Promise<Answer> {
  const { context, config, system, logins } = call;
  const { signal } = context;
  const image = wish.image ? `${imagePath(wish.image)}/` : "";
  const path = `/api/${wish.route}/${encodeURIComponent(system)}/${image}${wish.query ?? ""}`;
  const body = wish.post && Object.keys(wish.post).length > 0 ? { body: wish.post } : {};
  const method = wish.post ? "POST" : "GET";
  const gateways = openSiteGateways(context, config, { logins, optional: wish.open === true });
  try {
    // As Shifter's program does, another gateway is asked after any refusal.
    const got = await gateways.ask({ method, path, signal, ...body, final: (status) => status === 200 });
    const bytes = await readBounded(got.body, ANSWER_LIMIT);
    if (bytes === undefined) throw fail("E_SHIFTERIMG_LONG", { host: got.host, limit: ANSWER_LIMIT });
    return shown(call, got.status, bytes.toString("utf8"));
  } finally {
    await gateways.close();
  }
}

function shown({ args, print }: Call, status: number, text: string): Answer {
  if (args.switches.has("verbose")) {
    if (status !== 200) print(`Got response: ${status}\n`);
    print(messageLine(text));
  }
  return { status, text, json: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the gateway says about its refusal. */
export function refusal(answer: Answer): string {
  const { error } = Object(answer.json) as { readonly error?: unknown };
  return typeof error === "string" ? printable(error) : `the gateway answered with status ${answer.status}`;
}

/** Words of a gateway, which may be a registry's, without what a terminal would obey. */
export function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
}

/** The image that the command line names. @throws E_SHIFTERIMG_IMAGE */
export function imageOf(call: Call, index = 0): ImageArgument {
  return readImageArgument(call.args.operands[index] ?? "", call.config.imageType);
}

/** The logins that the caller has kept for a system; what munge does not give to him does not count. */
export async function keptLogins(
  context: Context,
  config: ClientConfig,
  system: string,
): Promise<ReadonlyMap<string, RegistryCredential>> {
  const { user, signal, log } = context;
  const logins = new Map<string, RegistryCredential>();
  const kept = (await readLogins(loginFile(user.home))).filter((login) => login.system === system);
  for (const { location, credential } of kept) {
    try {
      const made = await decodeMunge(config.mungeSocket ?? DEFAULT_SOCKET, credential, { anyAge: true, signal });
      const login = made.uid === user.uid ? readLogin(made.payload.toString("utf8")) : undefined;
      if (login) logins.set(location, login);
    } catch (error) {
      signal.throwIfAborted();
      log.debug(`the login for ${location} is left out: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return logins;
}

/** The system whose images are meant. @throws E_SHIFTERIMG_SYSTEM */
export function systemOf(config: ClientConfig): string {
  if (config.system === undefined) throw fail("E_SHIFTERIMG_SYSTEM");
  return config.system;
}
