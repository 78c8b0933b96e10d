// `shifterimg login`: asks for a name and a password, shows them to the registry when it can be reached, and keeps them in
// Shifter's file of logins.

import { BerthError } from "../../base/errors.ts";
import { DEFAULT_SOCKET, encodeMunge } from "../../gateway/auth/munge.ts";
import { checkLogin, type Login, requireLogin, requireUser } from "../../oci/auth/login.ts";
import { HUB, parseHost } from "../../oci/reference.ts";
import { promptLine, readPasswordInput } from "../secret-input.ts";
import { VERSION } from "../version.ts";
import type { Call } from "./desk.ts";
import { loginFile, storeShifterLogin } from "./login-file.ts";

const DEFAULT_LOCATION = "default";

/** Asks for a login and keeps it. */
export async function login(call: Call): Promise<number> {
  const location = call.args.operands[0] ?? DEFAULT_LOCATION;
  await keepLogin(call, location, await readLogin(call, location));
  return 0;
}

/** Keeps a login for a location. @throws E_AUTH_REFUSED when its registry does not take it */
export async function keepLogin(call: Call, location: string, { username, password }: Login): Promise<void> {
  const { args, config, system, context } = call;
  if (!args.switches.has("no-check")) await check(call, location, { username, password });
  const socket = config.mungeSocket ?? DEFAULT_SOCKET;
  const credential = await encodeMunge(socket, `${username}:${password}`, { signal: context.signal });
  await storeShifterLogin(loginFile(context.user.home), { system, location, credential });
}

async function readLogin({ args, context }: Call, location: string): Promise<Login> {
  const { signal } = context;
  const asked = async (what: string, hidden: boolean) => promptLine(`${location} ${what}: `, { hidden, signal });
  const username = requireUser(args.values.username ?? (await asked("username", false)));
  const fromPipe = args.switches.has("password-stdin");
  return requireLogin(username, fromPipe ? await readPasswordInput(process.stdin) : await asked("password", true));
}

// What the registry refuses is not kept; a registry that cannot be reached from here may be reached by the gateway.
async function check({ context }: Call, location: string, login: Login): Promise<void> {
  const { env, log, signal } = context;
  const registry = registryOf(location);
  if (registry === undefined) return log.info(`${location} is a name of the site's: the login could not be checked`);
  try {
    await checkLogin(registry, login, { env, log, signal, userAgent: `berth/${VERSION}` });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof BerthError) || error.code === "E_AUTH_REFUSED") throw error;
    log.warn(`the login could not be checked: ${error.message}`);
  }
}

// A location is a registry's name, or a name that only the gateway's configuration explains.
function registryOf(location: string): string | undefined {
  if (location === DEFAULT_LOCATION) return HUB;
  if (!/[.:]|^localhost$/.test(location)) return undefined;
  try {
    return parseHost(location);
  } catch {
    return undefined;
  }
}
