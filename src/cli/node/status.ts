// `berth node status`: what is set up on this node, and what ought not to be there.

import { Command } from "commander";
import type { NodeStatus, SetupState } from "../../batch/node/status.ts";
import { addFlags, readFlags } from "../command-flags.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { print } from "../output.ts";
import { table } from "../table.ts";
import { configuredPlace, nameHolder } from "./configured-place.ts";
import { PLACE_FLAGS } from "./node-flags.ts";

const FLAGS = [
  ...PLACE_FLAGS,
  { long: "json", kind: "switch", env: [], help: "as JSON" },
] as const satisfies readonly FlagSpec[];

export function statusCommand(context: Context): Command {
  const command = new Command("status")
    .summary("show what is set up on this node")
    .description(
      "Show the containers that are set up: for whom, since when, with which image, who is in them; what is left of set-ups that were killed; and loop devices that outlived theirs, with those who hold them. Needs root.",
    );
  return addFlags(command, FLAGS).action(async () => {
    const flags = readFlags(command, FLAGS, context.env);
    const { nodeStatus } = await import("../../batch/node/status.ts");
    const { nodeDir, config } = await configuredPlace(flags, context, true);
    const dirs = [config?.imagePath, config?.cache?.path].filter((dir) => dir !== undefined);
    const status = nodeStatus(nodeDir, dirs);
    if (flags.json) return print(`${JSON.stringify(status, null, 2)}\n`);
    print(asText(status));
  });
}

// As much of an id as people read out to each other.
const SHORT_ID = 12;

function asText({ nodeDir, setups, pinned }: NodeStatus): string {
  const [ready, half] = [setups.filter((one) => one.state === "ready"), setups.filter((one) => one.state === "half")];
  const parts = ready.length === 0 ? [`Nothing is set up in ${nodeDir}.\n`] : [setupTable(ready)];
  for (const { uid, job, dir } of half)
    parts.push(`\nHalf set up: ${dir}. If no prolog is at work: berth node teardown --uid ${uid} --job ${job}\n`);
  for (const { loop, holders } of pinned) {
    const who = holders.map(nameHolder).join(", ") || "nobody who can be seen; another mount namespace keeps it";
    parts.push(`\nPinned: ${loop.device} (${loop.file}) by ${who}. It goes when they end.\n`);
  }
  return parts.join("");
}

function setupTable(setups: readonly SetupState[]): string {
  const rows = setups.map(({ record, uid, job, since, loops, processes }) => [
    ...[
      record?.user ?? String(uid),
      job,
      since.replace(/\.\d+Z$/, "Z"),
      record?.asked ?? "",
      record?.identifier.slice(0, SHORT_ID) ?? "",
    ],
    loops.map(({ device }) => device.replace("/dev/", "")).join(" "),
    processes.map(({ pid }) => pid).join(" ") || "-",
  ]);
  return table(["USER", "JOB", "SINCE", "IMAGE", "ID", "LOOPS", "PROCESSES"], rows);
}
