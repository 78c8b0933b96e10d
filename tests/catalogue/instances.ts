// Rows 166 to 169 of the catalogue: instances (spec/apptainer.md 4.7).

import type { Case } from "./case.ts";

const SMALL = "{images}/small.sif";

const instance = (...words: string[]) => ["berth", "instance", ...words];
const sh = (text: string) => ["sh", "-c", text];
const NONE = /^INSTANCE NAME +PID +IP +IMAGE$/;

export const INSTANCES: readonly Case[] = [
  {
    id: "166",
    title: "an instance has its name for itself",
    steps: [
      { run: instance("start", SMALL, "i1"), err: /instance started successfully/ },
      { run: instance("start", SMALL, "i1"), exit: 255, err: /instance i1 already exists/ },
      { run: instance("stop", "i1") },
    ],
  },
  {
    id: "167",
    title: "instances are listed, joined and stopped",
    differs: "PID 1 is berth-launch, and the signal that asks is the image's, else TERM",
    steps: [
      { run: instance("start", SMALL, "i1") },
      { run: instance("list"), out: /^INSTANCE NAME +PID +IP +IMAGE\ni1 +\d+ .*small\.sif$/ },
      { run: ["berth", "exec", "instance://i1", "ps"], out: /^ +1 .*berth-launch/m },
      { run: instance("stop", "i1") },
      { run: instance("stop", "i1"), exit: 1, err: /no instance found/ },
      { run: instance("list"), out: NONE },
    ],
  },
  {
    id: "168",
    title: "many instances, and what they may be given",
    steps: [
      { run: sh(`for i in 0 1 2 3 4 5 6 7 8 9; do berth instance start ${SMALL} n$i || exit 9; done`) },
      { run: sh("berth instance list | wc -l"), out: /^ *11$/ },
      { run: instance("stop", "--all") },
      { run: instance("list"), out: NONE },
      {
        run: instance("start", "--pid-file", "pid", "--hostname", "inside", "-H", "{work}:/home/else", SMALL, "given"),
      },
      { run: sh("kill -0 $(cat pid)") },
      { run: ["berth", "exec", "instance://given", "sh", "-c", "hostname; echo $HOME"], out: "inside\n/home/else" },
      { run: instance("start", "-e", "-c", "-W", "{work}", SMALL, "closed"), env: { FOO: "1" } },
      {
        run: ["berth", "exec", "-e", "instance://closed", "sh", "-c", "echo $FOO.; touch /tmp/f"],
        env: { FOO: "1" },
        out: ".",
      },
      { run: ["test", "-f", "tmp/f"] },
      { run: instance("run", SMALL, "spoken", "said") },
      {
        // The instance prints when it comes to it.
        run: sh(
          'f=$(berth instance list -j spoken | sed -n \'s/.*logOutPath": "\\(.*\\)".*/\\1/p\'); until [ -s "$f" ]; do :; done; cat "$f"',
        ),
        out: "entry point said",
      },
      { run: instance("stop", "-a") },
      { run: instance("start", SMALL, "moved"), env: { BERTH_CONFIGDIR: "{work}/config" } },
      { run: instance("list"), out: NONE },
      { run: instance("stop", "moved"), env: { BERTH_CONFIGDIR: "{work}/config" } },
      { run: sh("ls config/instances/*/moved.err"), out: /moved\.err/ },
    ],
  },
  {
    id: "169",
    title: "a killed instance leaves its name free and the list clean",
    steps: [
      { run: instance("start", "--pid-file", "pid", SMALL, "victim") },
      // The kernel ends the container's processes some moments after the signal.
      {
        run: sh(
          "kill -9 $(cat pid); while berth exec instance://victim true 2>err; do :; done; grep -q 'no instance found' err",
        ),
      },
      { run: instance("list"), out: NONE },
      { run: instance("start", SMALL, "victim") },
      { run: instance("stop", "victim") },
    ],
  },
];
