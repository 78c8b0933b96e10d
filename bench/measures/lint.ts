// Checking one recipe, from the start of the program to its end, and a tree of a thousand: berth alone, with ShellCheck as second engine,
// and ShellCheck by itself, which only reads scripts.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { cost } from "../process-cost.ts";
import type { Result, Row } from "../table.ts";

export interface LintPlace {
  readonly work: string;
  readonly berth: string;
  readonly recipe: string;
  readonly scripts: readonly string[];
}

const STARTS = 10;

/** One recipe; milliseconds. */
export function oneFile({ work, berth, recipe, scripts }: LintPlace, rounds: number): Result {
  const runs = rounds * STARTS;
  const lint = (...flags: readonly string[]) => [berth, "lint", "--fail-on", "never", "--no-git", ...flags, recipe];
  const [script = ""] = scripts;
  return {
    title: "Checking one recipe",
    columns: ["wall [ms]", "CPU [ms]"],
    rows: [
      row("berth lint --shellcheck off", runs, lint("--shellcheck", "off"), work),
      row("berth lint, ShellCheck, too", runs, lint(), work),
      row("berth --version (the start alone)", runs, [berth, "--version"], work),
      row("shellcheck on one script", runs, ["shellcheck", script], work),
    ],
    notes: ["medians from the start of the program to its end; the report is written last"],
  };
}

/** A tree; files a second. */
export function tree({ work, berth, scripts }: LintPlace, rounds: number): Result {
  const lint = [
    berth,
    "lint",
    "--fail-on",
    "never",
    "--no-git",
    "--shellcheck",
    "off",
    "--format",
    "json",
    join(work, "tree"),
  ];
  const [program = "", ...words] = lint;
  const { stdout } = spawnSync(program, words, { encoding: "utf8", maxBuffer: 1 << 28 });
  const files = (JSON.parse(stdout) as { readonly files: readonly unknown[] }).files.length;
  const many = Array.from({ length: 100 }, () => scripts).flat();
  const rows = [
    { name: `berth lint, ${files} files`, count: files, cost: cost(lint, rounds, work) },
    {
      name: `shellcheck, ${many.length} scripts`,
      count: many.length,
      cost: cost(["shellcheck", ...many], rounds, work),
    },
  ];
  return {
    title: "Checking a tree",
    columns: ["files/s", "CPU [ms/file]"],
    rows: rows.map(({ name, count, cost }) => ({ name, figures: [(count / cost.wall) * 1000, cost.cpu / count] })),
    notes: [],
  };
}

function row(name: string, runs: number, argv: readonly string[], work: string): Row {
  const { wall, cpu } = cost(argv, runs, work);
  return { name, figures: [wall, cpu] };
}
