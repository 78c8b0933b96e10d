// Looking for image files in a large tree: what reads the first bytes of every file, and a walk that reads none.

import { join } from "node:path";
import { type Cost, cost } from "../process-cost.ts";
import type { Result } from "../table.ts";

export interface InventoryPlace {
  readonly work: string;
  readonly berth: string;
  readonly files: number;
}

export function inventory({ work, berth, files }: InventoryPlace, rounds: number): Result {
  const tree = join(work, "tree");
  const row = (name: string, argv: readonly string[]) => ({ name, figures: figures(cost(argv, rounds, work), files) });
  return {
    title: `Finding image files among ${files.toLocaleString("en")}`,
    columns: ["wall [s]", "CPU [s]", "files/s"],
    rows: [
      row("berth inventory", [berth, "inventory", "--csv", tree]),
      row("file, of everything", ["find", tree, "-type", "f", "-exec", "file", "--brief", "{}", "+"]),
      row("find, reading nothing", ["find", tree, "-type", "f", "-size", "+0"]),
    ],
    notes: ["medians, of one process each; all is in the page cache"],
  };
}

const figures = ({ wall, cpu }: Cost, files: number) => [wall / 1000, cpu / 1000, (files / wall) * 1000];
