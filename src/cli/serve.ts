// `berth serve`: flags, the configuration file, signals. What a server is and how it lives is `src/server`'s matter.

import { existsSync } from "node:fs";
import { Command } from "commander";
import { defineErrors } from "../base/errors.ts";
import type { Environment } from "../platform/user.ts";
import type { RunningServer } from "../server/start-server.ts";
import type { SiteServerConfig } from "../site/server-config.ts";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";
import { print } from "./output.ts";
import { VERSION } from "./version.ts";

const fail = defineErrors({
  E_SERVE_LISTEN: {
    text: "{text} is no address to listen on",
    hint: "write HOST:PORT, :PORT or unix:/path",
    exit: 1,
  },
});

const FLAGS = [
  {
    long: "config",
    short: "c",
    kind: "text",
    value: "file",
    env: [],
    help: "site.yaml, or Shifter's imagemanager.json (also: BERTH_SITE_CONFIG, GWCONFIG)",
  },
  {
    long: "listen",
    kind: "text",
    value: "address",
    env: ["LISTEN"],
    help: "HOST:PORT or unix:/path instead of the configuration's",
  },
  { long: "check", kind: "switch", env: [], help: "read the configuration, say what is wrong with it, and end" },
] as const satisfies readonly FlagSpec[];

/** `berth serve`. */
export function serveCommand(context: Context): Command {
  const command = new Command("serve")
    .summary("run the site's image gateway and services")
    .description(
      "Run the image gateway of a site, and its services. SIGHUP reads the configuration again, SIGTERM ends it gracefully.",
    );
  return addFlags(command, FLAGS).action(async () => {
    const { continueOnNode } = await import("./serve-node.ts");
    continueOnNode(context.env);
    const { config: named, listen, check } = readFlags(command, FLAGS, context.env);
    const path = named ?? configFile(context.env);
    const read = () => readConfig(path, listen, context);
    const config = await read();
    if (check) return report(config);
    await serve(config, read, context);
  });
}

const SITE_FILES = ["/etc/berth/site.yaml", "/etc/shifter/imagemanager.json"] as const;

function configFile(env: Environment): string {
  const [usual, shifters] = SITE_FILES;
  const named = env["BERTH_SITE_CONFIG"] || env["GWCONFIG"];
  if (named) return named;
  // When neither is there, the failure names berth's own.
  return !existsSync(usual) && existsSync(shifters) ? shifters : usual;
}

async function readConfig(path: string, listen: string | undefined, { env, user }: Context): Promise<SiteServerConfig> {
  const [{ readGatewayConfig }, { parseListen }, { checkSignaturePolicies }] = await Promise.all([
    import("../site/read-config.ts"),
    import("../site/units.ts"),
    import("../gateway/work/signature-check.ts"),
  ]);
  const config = await readGatewayConfig(path, { env, user });
  await checkSignaturePolicies(config.gateway);
  if (listen === undefined) return config;
  const address = parseListen(listen);
  if (!address) throw fail("E_SERVE_LISTEN", { text: listen });
  return { ...config, server: { ...config.server, listen: address } };
}

function report({ file, form, warnings, gateway, services }: SiteServerConfig): void {
  for (const warning of warnings) print(`${warning}\n`);
  const systems = [...gateway.systems.keys()].join(", ") || "none";
  const more = services ? `; services: ${services.name}, rules of the profile ${services.policy.profile}` : "";
  print(`${file}: good (${form === "shifter" ? "Shifter's form" : "site.yaml"}; systems: ${systems}${more})\n`);
}

async function serve(config: SiteServerConfig, read: () => Promise<SiteServerConfig>, { env }: Context): Promise<void> {
  const [{ startServer }, { composeGateway }, { makeLogger, logFile }] = await Promise.all([
    import("../server/start-server.ts"),
    import("../server/compose.ts"),
    import("../server/logger.ts"),
  ]);
  const destination = logFile(2);
  const log = makeLogger(config.server.logLevel, destination);
  for (const warning of config.warnings) log.warn(warning);
  try {
    const server = await startServer(config, { log, compose: composeGateway({ env, userAgent: `berth/${VERSION}` }) });
    await untilToldToEnd(server, async () => {
      try {
        await server.reload(await read());
      } catch (error) {
        log.error({ err: error }, "the configuration stays as it was");
      }
    });
  } finally {
    destination.end();
  }
}

// A second signal of the same kind ends the process as it always does: the handlers are gone by then.
function untilToldToEnd(server: RunningServer, reload: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    // One after the other: two files of configuration must not be taken up at the same time.
    let reloading = Promise.resolve();
    const onHangUp = () => {
      reloading = reloading.then(reload);
    };
    const end = () => {
      for (const name of ["SIGTERM", "SIGINT"] as const) process.off(name, end);
      reloading
        .then(() => server.stop())
        .finally(() => process.off("SIGHUP", onHangUp))
        .then(resolve, reject);
    };
    process.on("SIGHUP", onHangUp);
    for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, end);
  });
}
