// The client's end of a shell in a container: a WebSocket to the server, this terminal raw while it lasts, its size told
// whenever it changes. Answers with the exit status of the program.

import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { rootCertificates } from "node:tls";
import { WebSocket } from "ws";
import { defineErrors } from "../../base/errors.ts";
import { refusal } from "../../gateway/client/errors.ts";
import { certSource, defaultCertDirs } from "../../oci/registry/certs.ts";
import { credentialHeaders } from "../gateway/credential.ts";
import type { ServicesCall } from "./call.ts";

const fail = defineErrors({
  E_SHELL_CONNECT: { text: "no shell can be opened at {host}: {why}", exit: 255 },
  E_SHELL_BROKEN: {
    text: "the connection to the shell broke off",
    hint: "the program may still run in the container",
    exit: 255,
  },
});

/** What is wanted. */
export interface ShellWish {
  readonly stack: string;
  readonly service: string;
  readonly argv: readonly string[];
  readonly tty: boolean;
  readonly user: string | undefined;
  readonly slot: number | undefined;
}

/** Where it is typed and shown. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const CONTROL = 3;

/** Runs the program; answers its exit status. @throws E_SHELL_…, the server's refusals */
export async function openShell(call: ServicesCall, wish: ShellWish, terminal: Terminal): Promise<number> {
  const socket = await connect(call, wish, terminal);
  const { stdin, stdout } = terminal;
  const raw = wish.tty;
  const size = () => say(socket, { resize: { columns: stdout.columns, rows: stdout.rows } });
  if (raw) {
    stdin.setRawMode(true);
    stdout.on("resize", size);
    size();
  }
  stdin.on("data", (chunk: Buffer) => {
    socket.send(Buffer.concat([Buffer.of(STDIN), chunk]));
    if (socket.bufferedAmount > 1 << 20) stdin.pause();
  });
  stdin.once("end", () => say(socket, { end: true }));
  const drain = setInterval(() => socket.bufferedAmount === 0 && stdin.isPaused() && stdin.resume(), 50);
  const giveUp = () => socket.terminate();
  call.context.signal.addEventListener("abort", giveUp, { once: true });
  try {
    return await exitStatus(socket, terminal);
  } finally {
    clearInterval(drain);
    call.context.signal.removeEventListener("abort", giveUp);
    if (raw) stdin.setRawMode(false);
    stdout.off("resize", size);
    stdin.removeAllListeners("data");
    stdin.pause();
    // A file or /dev/null has no such thing, and holds nothing up.
    stdin.unref?.();
  }
}

async function connect(call: ServicesCall, wish: ShellWish, { stdout }: Terminal): Promise<WebSocket> {
  const { config, context } = call;
  const [gateway = ""] = config.gateways;
  const url = new URL(`${gateway.replace(/^http/, "ws")}/v2/stacks/${wish.stack}/services/${wish.service}/exec`);
  for (const word of wish.argv) url.searchParams.append("arg", word);
  url.searchParams.set("tty", String(wish.tty));
  if (wish.user !== undefined) url.searchParams.set("user", wish.user);
  if (wish.slot !== undefined) url.searchParams.set("slot", String(wish.slot));
  if (wish.tty && stdout.columns > 0) {
    url.searchParams.set("columns", String(stdout.columns));
    url.searchParams.set("rows", String(stdout.rows));
  }
  const { env, signal, user } = context;
  const { mungeSocket } = config;
  const headers = await credentialHeaders({ env, signal, mungeSocket, logins: new Map(), optional: true });
  const { trust, cert, key } = await certSource(env, defaultCertDirs(env, user.home))(url.host);
  const ca = (await Promise.all(trust.map((read) => read()))).flatMap((some) => (some ?? rootCertificates).map(String));
  const tls = { ca, ...(cert ? { cert } : {}), ...(key ? { key } : {}) };
  const socket = new WebSocket(url, { headers, maxPayload: 16 << 20, ...tls });
  const refused = new Promise<never>((_, reject) => {
    socket.once("unexpected-response", (_request, response) => {
      refusalOf(response, url.host).then(reject, reject);
    });
    socket.once("error", (cause) => reject(fail("E_SHELL_CONNECT", { host: url.host, why: cause.message }, { cause })));
  });
  await Promise.race([once(socket, "open"), refused]);
  refused.catch(() => {});
  return socket;
}

async function refusalOf(response: IncomingMessage, host: string): Promise<Error> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += (chunk as Buffer).length;
    if (length > 1 << 20) break;
    chunks.push(chunk as Buffer);
  }
  const status = response.statusCode ?? 0;
  try {
    const { code, detail, hint } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (typeof code === "string" && typeof detail === "string")
      return refusal(status, { code, detail, ...(typeof hint === "string" ? { hint } : {}) });
  } catch {
    // No document: the status is all there is to say.
  }
  return fail("E_SHELL_CONNECT", { host, why: `it answers ${status}` });
}

function exitStatus(socket: WebSocket, { stdout, stderr }: Terminal): Promise<number> {
  return new Promise((resolve, reject) => {
    let status: number | undefined;
    socket.on("error", () => socket.terminate());
    socket.on("close", () => (status === undefined ? reject(fail("E_SHELL_BROKEN")) : resolve(status)));
    socket.on("message", (message: Buffer) => {
      const data = message.subarray(1);
      if (message[0] === CONTROL) status = Number(JSON.parse(data.toString("utf8")).exit ?? 255);
      const out = message[0] === STDOUT ? stdout : message[0] === STDERR ? stderr : undefined;
      // A terminal that is slower than the program holds the program up.
      if (out?.write(data) === false) {
        socket.pause();
        out.once("drain", () => socket.resume());
      }
    });
  });
}

function say(socket: WebSocket, control: object): void {
  if (socket.readyState === WebSocket.OPEN)
    socket.send(Buffer.concat([Buffer.of(CONTROL), Buffer.from(JSON.stringify(control))]));
}
