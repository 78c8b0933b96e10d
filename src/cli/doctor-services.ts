// `berth doctor services`: whether the container engine can do what services need, found out with throw-away containers, and
// whether it is where and as the site's practices want it.

import { dirname, resolve } from "node:path";
import { Command } from "commander";
import type { Finding } from "../platform/doctor/index.ts";
import type { Finding as PracticeFinding } from "../policy/types.ts";
import { configPlaces } from "../site/config-places.ts";
import type { EngineConfig } from "../site/services/engine.ts";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";
import { print } from "./output.ts";
import { SITE_RULE_FLAGS } from "./site-rule-flags.ts";

const FLAGS = [
  { long: "json", kind: "switch", env: [], help: "print the findings as JSON" },
  {
    long: "engine",
    kind: "text",
    value: "address",
    env: [],
    help: "the engine's socket, such as unix:///run/podman/podman.sock; that of the site's services, or found, unless said",
  },
  {
    long: "image",
    kind: "text",
    value: "name",
    env: [],
    help: "an image of the engine with busybox in it, for the trials; made unless said",
  },
  ...SITE_RULE_FLAGS,
] as const satisfies readonly FlagSpec[];

type ServicesFlags = ReturnType<typeof readFlags<typeof FLAGS>>;

export function doctorServicesCommand(context: Context): Command {
  const command = new Command("services")
    .summary("say whether the container engine can do what services need")
    .description(
      "Try the container engine (Docker or Podman) with a few small containers, which are removed again, and say what it cannot do, what follows, and the cure. The site's practices (DAE001, DAE002) have their word, too. Exit status 1 when something needed is missing, or a practice finds an error.",
    );
  return addFlags(command, FLAGS).action(async () => doctorServices(readFlags(command, FLAGS, context.env), context));
}

async function doctorServices(flags: ServicesFlags, context: Context): Promise<void> {
  const { env, signal } = context;
  const { siteRules } = await import("./site-rules.ts");
  const rules = await siteRules({ profile: flags.profile, config: flags.config, gateway: false }, context);
  const { engineAddress, examineEngine, openEngine } = await import("../services/engine/index.ts");
  const config = await engineOf(flags.engine, context);
  const address = engineAddress(config, env);
  const engine = await openEngine(config, env);
  const wishes = { image: flags.image, isUsual: config.address === undefined, signal };
  const { info, findings, facts } = await examineEngine(engine, wishes);
  const fit = findings.every(({ state }) => state !== "gap");
  const { judgeEngine } = await import("../gate/judge-engine.ts");
  const practices = judgeEngine(facts, rules, Date.now() / 1000);
  const { findingsReport } = await import("./doctor-report.ts");
  const color = process.stdout.isTTY === true && !env["NO_COLOR"];
  print(
    flags.json
      ? `${JSON.stringify({ fit, address, findings, engine: info, facts, practices }, null, 2)}\n`
      : findingsReport(`the container engine at ${address}`, findings, conclusion(findings), {
          color,
          width: process.stdout.columns ?? 100,
        }),
  );
  if (!flags.json) print(await practicesText(practices, rules.policy.profile));
  const { isStanding } = await import("./practice-lines.ts");
  const broken = practices.some((finding) => isStanding(finding) && finding.severity === "error");
  process.exitCode = fit && !broken ? 0 : 1;
}

// The one that is named, else the one that the site's services run on.
async function engineOf(named: string | undefined, { env, user }: Context): Promise<EngineConfig> {
  const { readSiteFileIfAny } = await import("../site/read-config.ts");
  const { resolveEngine } = await import("../site/services/engine.ts");
  const { findings } = await import("../site/findings.ts");
  const { site } = configPlaces(env);
  const file = named === undefined ? await readSiteFileIfAny(site, { env, user }) : undefined;
  const said = named === undefined ? file?.services?.engine : { address: named };
  const at = (path: string) => resolve(dirname(site), path);
  return resolveEngine(said, { path: ["services", "engine"], at, found: findings() });
}

async function practicesText(practices: readonly PracticeFinding[], profile: string): Promise<string> {
  const { practiceCounts, practiceLines } = await import("./practice-lines.ts");
  const counts = practices.length === 0 ? "nothing found" : practiceCounts(practices);
  return `\nThe site's practices (profile ${profile}): ${counts}\n${practices.map(practiceLines).join("")}`;
}

function conclusion(findings: readonly Finding[]): string {
  const count = (state: Finding["state"]) => findings.filter((finding) => finding.state === state).length;
  const rest = `${count("warn")} with less than they could, ${count("unknown")} unknown`;
  if (count("gap") === 0)
    return `Services can run here (${count("ok")} of ${findings.length} checks are well, ${rest}).`;
  return `${count("gap")} of ${findings.length} checks found a gap that services would fall into (${rest}).`;
}
