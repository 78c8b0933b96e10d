// Row 170 of the catalogue: push (spec/apptainer.md 4.7).

import type { Case } from "./case.ts";

const push = (from: string, to = "oras://{reg}/row170:1") => ["berth", "push", from, to];
const sh = (text: string) => ["sh", "-c", text];

export const PUSH: readonly Case[] = [
  {
    id: "170",
    title: "push of a missing file, a text file, a folder, a SIF file, and to an unknown transport",
    steps: [
      { run: push("missing.sif"), exit: 255, err: /missing\.sif/ },
      { run: sh("echo text >notes.txt") },
      { run: push("notes.txt"), exit: 255, err: /text file/ },
      { run: ["mkdir", "folder"] },
      { run: push("folder"), exit: 255, err: /folder/ },
      { run: push("{images}/small.sif") },
      { run: push("{images}/small.sif", "nosuch://host/x"), exit: 255, err: /Unsupported transport type: nosuch/ },
      { run: push("{images}/small.sif", "library://user/x"), exit: 255, err: /not supported/ },
    ],
  },
];
