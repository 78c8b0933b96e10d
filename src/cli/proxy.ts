// `berth proxy`: the process in which the web traffic of services goes. Started by the server, which tells it everything by
// its control socket; not for people.

import { Command } from "commander";
import { defineErrors } from "../base/errors.ts";
import type { RunningProxy } from "../proxy/proxy.ts";
import { parseListen } from "../site/units.ts";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";

const fail = defineErrors({
  E_PROXY_ADDRESS: { text: "{text} is no address for the proxy", hint: "write HOST:PORT or :PORT", exit: 1 },
  E_PROXY_NO_CONTROL: { text: "the proxy needs --control SOCKET", hint: "the server starts it with that", exit: 1 },
});

const text = (long: string, value: string, help: string) => ({ long, kind: "text", value, env: [], help }) as const;

const FLAGS = [
  text("control", "socket", "socket of the server"),
  text("http", "address", "HOST:PORT for plain HTTP"),
  text("https", "address", "HOST:PORT for TLS"),
  text("tcp-host", "host", "where routes of bare TCP listen"),
  text("https-port", "port", "port in redirects to TLS"),
  text("access-log", "file", "one JSON object for each request; - for standard output; SIGUSR1 opens it again"),
  text("share", "share", "of the limits of routes, what this process may use: 0.5 when there are two"),
  text("config", "digest", "names these options to the server"),
  text("stop-timeout", "ms", "how long requests may go on after SIGTERM"),
  { long: "trust", kind: "list", value: "network", env: [], help: "proxies whose X-Forwarded-For is believed" },
] as const satisfies readonly FlagSpec[];

const STOP_MS = 30_000;

/** `berth proxy`. */
export function proxyCommand(context: Context): Command {
  const command = new Command("proxy").summary("carry the web traffic of services (internal)");
  return addFlags(command, FLAGS).action(async () => {
    const { continueOnNode } = await import("./serve-node.ts");
    continueOnNode(context.env);
    const [{ startProxy }, { openAccessLog }] = await Promise.all([
      import("../proxy/proxy.ts"),
      import("../proxy/access-log.ts"),
    ]);
    const flags = readFlags(command, FLAGS, context.env);
    const log = flags["access-log"];
    if (flags.control === undefined) throw fail("E_PROXY_NO_CONTROL");
    const accessLog = log === undefined ? undefined : openAccessLog(log === "-" ? 1 : log);
    const ended = Promise.withResolvers<number>();
    const proxy = await startProxy({
      control: flags.control,
      http: address(flags.http),
      https: address(flags.https),
      tcpHost: flags["tcp-host"],
      trustedProxies: flags.trust,
      settings: {
        share: Number(flags.share ?? 1),
        ...(flags["https-port"] === undefined ? {} : { publicHttpsPort: Number(flags["https-port"]) }),
      },
      accessLog,
      config: flags.config,
      onTrouble: (why) => context.log.warn(why),
      onDrain: (withinMs) => ended.resolve(withinMs),
    });
    process.on("SIGUSR1", () => accessLog?.reopen());
    await untilEnd(proxy, ended, Number(flags["stop-timeout"] ?? STOP_MS));
  });
}

async function untilEnd(proxy: RunningProxy, ended: PromiseWithResolvers<number>, stopMs: number): Promise<void> {
  const onSignal = () => ended.resolve(stopMs);
  for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, onSignal);
  // The terminal or the server that started it may go: the traffic goes on.
  process.on("SIGHUP", () => undefined);
  await proxy.drain(await ended.promise);
}

function address(text: string | undefined): { readonly host: string; readonly port: number } | undefined {
  if (text === undefined) return undefined;
  const parsed = parseListen(text);
  if (parsed?.kind !== "tcp") throw fail("E_PROXY_ADDRESS", { text });
  return parsed;
}
