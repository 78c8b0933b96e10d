// `berth instance start|run|stop|list|stats`: the commands and their flags; each is carried out in a file of its own.

import { Command } from "commander";
import { addFlags, readFlags } from "../command-flags.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { PAYLOAD_FLAGS } from "../run/payload.ts";
import { LIST_FLAGS, START_FLAGS, STATS_FLAGS, STOP_FLAGS } from "./flags.ts";

/** `berth instance`. */
export function instanceCommand(context: Context): Command {
  return new Command("instance")
    .description("Keep containers running, and start programs in them (instance://NAME).")
    .enablePositionalOptions()
    .addCommand(startCommand("start", "start an instance with the start script of an image", context))
    .addCommand(startCommand("run", "start an instance with what the image is made to run", context))
    .addCommand(stopCommand(context))
    .addCommand(listCommand(context))
    .addCommand(statsCommand(context));
}

function startCommand(name: "start" | "run", summary: string, context: Context): Command {
  const specs: readonly FlagSpec[] = [...PAYLOAD_FLAGS.filter(({ long }) => long !== "shell"), ...START_FLAGS];
  return addFlags(new Command(name), specs)
    .summary(summary)
    .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
    .usage("[flags] IMAGE NAME [ARGS…]")
    .argument("[words...]")
    .passThroughOptions()
    .action(async (words: string[], _options: unknown, command: Command) => {
      const flags = readFlags(command, PAYLOAD_FLAGS, context.env);
      const own = readFlags(command, START_FLAGS, context.env);
      const { startNamed } = await import("./start.ts");
      await startNamed(name, flags, own, words, context);
    });
}

function stopCommand(context: Context): Command {
  return addFlags(new Command("stop"), STOP_FLAGS)
    .summary("end instances")
    .description("End instances: ask them, and kill them when that takes too long.")
    .usage("[flags] NAME…")
    .argument("[names...]")
    .action(async (names: string[], _options: unknown, command: Command) => {
      const { stopNamed } = await import("./stop.ts");
      await stopNamed(names, readFlags(command, STOP_FLAGS, context.env), context);
    });
}

function listCommand(context: Context): Command {
  return addFlags(new Command("list"), LIST_FLAGS)
    .summary("show the instances that run on this machine")
    .description("Show the instances that run on this machine.")
    .argument("[name]", "only this one; * and ? stand for any letters")
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const { listInstances } = await import("./list.ts");
      await listInstances(name, readFlags(command, LIST_FLAGS, context.env), context);
    });
}

function statsCommand(context: Context): Command {
  return addFlags(new Command("stats"), STATS_FLAGS)
    .summary("show what instances use")
    .description("Show the processor time, memory, input and output, and processes of instances.")
    .argument("[name]", "only this one; * and ? stand for any letters")
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const { showStats } = await import("./stats.ts");
      await showStats(name, readFlags(command, STATS_FLAGS, context.env), context);
    });
}
