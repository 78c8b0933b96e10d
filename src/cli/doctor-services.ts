// `berth doctor services`: whether the container engine can do what services need, found out with throw-away containers.

import { Command } from "commander";
import type { Finding } from "../platform/doctor/index.ts";
import type { Context } from "./context.ts";
import { print } from "./output.ts";

interface ServicesFlags {
  readonly json?: boolean;
  readonly engine?: string;
  readonly image?: string;
}

export function doctorServicesCommand(context: Context): Command {
  return new Command("services")
    .summary("say whether the container engine can do what services need")
    .description(
      "Try the container engine (Docker or Podman) with a few small containers, which are removed again, and say what it cannot do, what follows, and the cure. Exit status 1 when something needed is missing.",
    )
    .option("--json", "print the findings as JSON")
    .option("--engine <address>", "the engine's socket, such as unix:///run/podman/podman.sock; found unless said")
    .option("--image <name>", "an image of the engine with busybox in it, for the trials; made unless said")
    .action((flags: ServicesFlags) => doctorServices(flags, context));
}

async function doctorServices(flags: ServicesFlags, { env, signal }: Context): Promise<void> {
  const { connectEngine, examineEngine, usualAddress } = await import("../services/engine/index.ts");
  const address = flags.engine ?? usualAddress("auto", env["XDG_RUNTIME_DIR"]);
  const engine = connectEngine({ address, timeoutMs: 30_000 });
  const { info, findings } = await examineEngine(engine, { image: flags.image, signal });
  const fit = findings.every(({ state }) => state !== "gap");
  const { findingsReport } = await import("./doctor-report.ts");
  const color = process.stdout.isTTY === true && !env["NO_COLOR"];
  print(
    flags.json
      ? `${JSON.stringify({ fit, address, findings, engine: info }, null, 2)}\n`
      : findingsReport(`the container engine at ${address}`, findings, conclusion(findings), {
          color,
          width: process.stdout.columns ?? 100,
        }),
  );
  process.exitCode = fit ? 0 : 1;
}

function conclusion(findings: readonly Finding[]): string {
  const count = (state: Finding["state"]) => findings.filter((finding) => finding.state === state).length;
  const rest = `${count("warn")} with less than they could, ${count("unknown")} unknown`;
  if (count("gap") === 0)
    return `Services can run here (${count("ok")} of ${findings.length} checks are well, ${rest}).`;
  return `${count("gap")} of ${findings.length} checks found a gap that services would fall into (${rest}).`;
}
