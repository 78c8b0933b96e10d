// What the commands of `berth container` share: which server, with which password, and one request to its `/v1`.

import type { Command } from "commander";
import { defineErrors } from "../../base/errors.ts";
import { type Gateways, openGateways } from "../../gateway/client/gateways.ts";
import { readBounded } from "../../oci/registry/body.ts";
import { certSource, defaultCertDirs } from "../../oci/registry/certs.ts";
import { findClientConfig } from "../../site/client-config.ts";
import { addFlags, readFlags } from "../command-flags.ts";
import type { Context } from "../context.ts";
import type { FlagSpec, FlagValues } from "../flags.ts";
import { print } from "../output.ts";
import { promptLine, readPasswordInput } from "../secret-input.ts";

export const fail = defineErrors({
  E_CONTAINER_REFUSED: { text: "{reason}", exit: 1 },
  E_CONTAINER_LOGIN: {
    text: "the server does not accept the password",
    hint: "set SPIN_DOCKER_PASSWORD, or give it by --password-stdin",
    exit: 1,
  },
  E_CONTAINER_NO_API: {
    text: "the server {host} does not start containers for people",
    hint: "its site.yaml has no services.idle.spinDocker",
    exit: 1,
  },
  E_CONTAINER_ANSWER: { text: "{host} answers {status}, and not as berth does", hint: "check the address", exit: 1 },
  E_CONTAINER_WHICH: {
    text: "{text} names {count} containers",
    hint: "write more of the id, or the whole name",
    exit: 1,
  },
});

const COMMON = [
  {
    long: "server",
    kind: "text",
    value: "url",
    env: [],
    help: "the server that runs the containers; the site's unless said (also: BERTH_GATEWAY)",
  },
  { long: "password-stdin", kind: "switch", env: [], help: "read the password from standard input" },
  { long: "json", kind: "switch", env: [], help: "as JSON" },
] as const satisfies readonly FlagSpec[];

/** A container as `/v1` shows it. */
export interface ShownContainer {
  readonly container_id: string;
  readonly name: string;
  readonly image: string;
  readonly status: string;
  readonly active: string;
  readonly ssh_port: string;
  readonly app_port: string;
}

/** What a command works with. */
export interface ContainerCall {
  /** One request under `/v1`; the answer's JSON. @throws E_CONTAINER_…, E_CLIENT_… */
  ask(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object): Promise<unknown>;
  /** The container that somebody means by its name, its id or the beginning of that. @throws E_CONTAINER_WHICH */
  find(text: string): Promise<ShownContainer>;
  /** Prints an answer: as JSON when that is wanted, else as `words` has it. */
  answer(value: unknown, words: () => string): void;
}

const ANSWER_LIMIT = 64 * 1024 * 1024;

/** Gives a command its flags and its work. */
export function acting<const T extends readonly FlagSpec[]>(
  command: Command,
  context: Context,
  flags: T,
  act: (call: ContainerCall, flags: FlagValues<T>, operands: readonly string[]) => Promise<void>,
): Command {
  const table = [...flags, ...COMMON] as const;
  addFlags(command, table);
  return command.action(async () => {
    const values = readFlags(command, table, context.env) as FlagValues<T> & FlagValues<typeof COMMON>;
    const { env, user } = context;
    const config = await findClientConfig(values.server === undefined ? env : { ...env, BERTH_GATEWAY: values.server });
    const password = await passwordOf(context, values["password-stdin"]);
    const authorization = `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`;
    const server = openGateways({
      gateways: config.gateways,
      timeoutMs: config.timeoutMs,
      certs: certSource(env, defaultCertDirs(env, user.home)),
      credential: async () => ({ authorization }),
    });
    try {
      await act(makeCall(server, context.signal, values.json), values, command.args);
    } finally {
      await server.close();
    }
  });
}

async function passwordOf({ env, signal }: Context, piped: boolean): Promise<string> {
  if (piped) return readPasswordInput(process.stdin);
  return env["SPIN_DOCKER_PASSWORD"] || promptLine("Password of admin: ", { hidden: true, signal });
}

function makeCall(server: Gateways, signal: AbortSignal, json: boolean): ContainerCall {
  const ask: ContainerCall["ask"] = async (method, path, body) => {
    const request = { method, path: `/v1${path}`, signal, final: (status: number) => status !== 502 && status !== 503 };
    const answer = await server.ask(body === undefined ? request : { ...request, body });
    const text = (await readBounded(answer.body, ANSWER_LIMIT))?.toString("utf8") ?? "";
    if (answer.status === 401) throw fail("E_CONTAINER_LOGIN");
    return parsed(text, answer.status, answer.host);
  };
  return {
    ask,
    async find(text) {
      const all = (await ask("GET", "/containers")) as readonly ShownContainer[];
      const found = all.filter(({ container_id: id, name }) => name === `/${text}` || id.startsWith(text));
      const exact = found.find(({ name }) => name === `/${text}`) ?? (found.length === 1 ? found[0] : undefined);
      if (!exact) throw fail("E_CONTAINER_WHICH", { text, count: found.length });
      return exact;
    },
    answer: (value, words) => print(json ? `${JSON.stringify(value, null, 2)}\n` : words()),
  };
}

function parsed(text: string, status: number, host: string): unknown {
  if (status === 204) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw fail(status === 404 ? "E_CONTAINER_NO_API" : "E_CONTAINER_ANSWER", { host, status }, { cause });
  }
  if (status < 300) return value;
  const { message } = Object(value) as { readonly message?: unknown };
  if (typeof message !== "string")
    throw fail(status === 404 ? "E_CONTAINER_NO_API" : "E_CONTAINER_ANSWER", { host, status });
  throw fail("E_CONTAINER_REFUSED", { reason: message });
}
