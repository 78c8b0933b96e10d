// %setup changes the image, not the machine that builds it: PTH005.

import { installsSystem, packageCommand } from "../../commands/package-commands.ts";
import { removals } from "../../commands/removals.ts";
import { plainText } from "../../commands/words.ts";
import { writes } from "../../commands/writes.ts";
import { practice } from "../../practice.ts";
import type { CommandView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { allSteps, commandsIn } from "../recipe-parts.ts";

export const SETUP_ON_HOST = practice({
  id: "PTH005",
  title: "%setup changes the image, not the machine that builds it",
  severity: "error",
  class: "recommended",
  certainty: "certain",
  message: "%setup changes the build host: {what}",
  hint: "write {instead}, or use %files or %post",
  why: "%setup runs outside the container, often as root: what it writes goes to the machine itself.",
  source: "N2.4",
  peers: [],
  checks: {
    recipe: ({ recipe }) =>
      commandsIn(
        allSteps(recipe).filter(({ keyword }) => keyword === "setup"),
        "setup",
      ).flatMap(({ command }) => hostHits(command)),
  },
  passes: [
    {
      shows: "below the root",
      definition: setup(`mkdir -p \${APPTAINER_ROOTFS}/opt/app`, "touch $SINGULARITY_ROOTFS/.condarc"),
    },
    { shows: "copied into it", definition: setup('cp -r data "$APPTAINER_ROOTFS/opt/data"') },
    { shows: "in its folder", definition: setup('cd "$APPTAINER_ROOTFS"', "mkdir opt") },
    { shows: "to nowhere", definition: setup("echo building > /dev/null") },
    { shows: "in %post", definition: "Bootstrap: docker\nFrom: debian:13.1\n%post\ntouch /.condarc\n" },
  ],
  fails: [
    { shows: "touch", definition: setup("touch /.condarc"), expect: { line: 4, says: "/.condarc" } },
    { shows: "cd /", definition: setup("cd /"), expect: { says: "cd /" } },
    { shows: "mkdir", definition: setup("mkdir -p /opt/app", "cp app $APPTAINER_ROOTFS/opt/") },
    { shows: "rm", definition: setup("rm -rf /opt/old") },
    { shows: "install", definition: setup("apt-get install -y git"), expect: { says: "apt-get install" } },
  ],
});

const ROOT = /^\$(APPTAINER|SINGULARITY)_ROOTFS\b/;

function hostHits(command: CommandView): readonly Hit[] {
  const hit = (what: string, instead: string, range = command.range) => [{ fields: { what, instead }, range }];
  const texts = command.words.map(plainText);
  if (command.name === "cd" && texts[0] === "/") return hit("cd /", 'cd "$APPTAINER_ROOTFS"');
  const call = packageCommand(command);
  if (call && installsSystem(call)) return hit(`${call.manager} ${call.subcommand}`, "it in %post");
  const paths = [
    ...writes(command).map(({ path, range }) => ({ path, range })),
    ...removals(command).map(({ pattern, range }) => ({ path: pattern, range })),
  ];
  const outside = paths.find(({ path }) => isOutside(path, command));
  if (!outside) return [];
  return hit(
    outside.path,
    `$APPTAINER_ROOTFS${outside.path.startsWith("/") ? outside.path : `/${outside.path}`}`,
    outside.range,
  );
}

// Other variables may well name a folder of the image; so may a folder after `cd`.
function isOutside(path: string, { folder }: CommandView): boolean {
  if (ROOT.test(path)) return false;
  if (path.startsWith("$")) return /^\$HOME\b/.test(path);
  return path.startsWith("/") || folder !== undefined;
}

function setup(...lines: readonly string[]): string {
  return ["Bootstrap: docker", "From: debian:13.1", "%setup", ...lines.map((line) => `    ${line}`), ""].join("\n");
}
