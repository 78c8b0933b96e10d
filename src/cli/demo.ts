// `berth demo`: shows, on this machine and without any registry, that berth pulls an image and runs it without privilege;
// `berth demo build`, that it builds images so; `berth demo gateway`, that it serves a site's images to its users; `berth demo batch`, that jobs run in them; `berth demo services`, that stacks run;
// `berth demo policy`, that a bad recipe is found, and what comes of it held.

import { basename } from "node:path";
import { Argument, Command } from "commander";
import { type Demo, demoFail, performDemo, type StepReport } from "../demo/index.ts";
import type { Context } from "./context.ts";

const COLORS = { good: "\x1b[32m", bad: "\x1b[31m", dim: "\x1b[2m", end: "\x1b[0m" } as const;

export function demoCommand(context: Context): Command {
  return new Command("demo")
    .description(
      "Make a Debian image of several layers and serve it; pull it and run Python in it, or build a definition file and a Dockerfile on it. Or run an image gateway with two users, or, as root, a Slurm cluster of three nodes with a job, or a stack of services, or what the site's practices say of a bad Dockerfile. Each step is proved.",
    )
    .addArgument(
      new Argument("[demo]", "what is shown")
        .choices(["pull", "build", "gateway", "batch", "services", "policy"])
        .default("pull"),
    )
    .option("--fresh", "make the image again though an earlier demo left it")
    .action(async (demo: Demo, options: { readonly fresh?: boolean }) => {
      const color = process.stdout.isTTY === true && !context.env["NO_COLOR"];
      const print = (text: string): void => void process.stdout.write(text);
      // Who reads with `head` leaves early; the demo ends in its own time and clears up.
      process.stdout.on("error", () => undefined);
      let number = 0;
      const { env, user, log, signal } = context;
      const reports = await performDemo(
        demo,
        { env, user, log, signal, berth: ownWords(), fresh: options.fresh === true, clock: () => performance.now() },
        {
          begin(title) {
            number += 1;
            print(`${number}  ${title}\n`);
          },
          end: (report) => print(describe(report, color)),
        },
      );
      const proofs = reports.flatMap((report) => report.proofs);
      const failed = proofs.filter((proof) => !proof.holds);
      const total = reports.reduce((sum, report) => sum + report.took, 0);
      print(`\n${proofs.length - failed.length} of ${proofs.length} proofs held, in ${seconds(total)}\n`);
      if (failed[0])
        throw demoFail("E_DEMO_PROOF", { failed: failed.length, total: proofs.length, first: failed[0].claim });
    });
}

/** The words that start this berth again: the packed binary, or Node with the source. */
function ownWords(): readonly string[] {
  if (!basename(process.execPath).startsWith("node")) return [process.execPath];
  return [process.execPath, ...process.execArgv, process.argv[1] ?? ""];
}

function describe({ note, took, proofs }: StepReport, color: boolean): string {
  const paint = (tint: keyof typeof COLORS, text: string): string =>
    color ? `${COLORS[tint]}${text}${COLORS.end}` : text;
  const lines = proofs.map(({ claim, holds, seen }) =>
    holds
      ? `     ${paint("good", "ok")}      ${claim}`
      : `     ${paint("bad", "FAILED")}  ${claim}\n             seen: ${seen ?? ""}`,
  );
  return [`   ${paint("dim", `${seconds(took)}  ${note}`)}`, ...lines, ""].join("\n");
}

function seconds(milliseconds: number): string {
  return milliseconds < 10_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
