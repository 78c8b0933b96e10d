// Commands that run as another user at build: TOO004.

import { plainText } from "../../commands/words.ts";
import { writes } from "../../commands/writes.ts";
import { practice } from "../../practice.ts";
import type { CommandView, RecipeView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import type { Edit, Fix } from "../../types.ts";
import { allSteps, commandsIn, grouped, lowestBase, type PlacedCommand } from "../recipe-parts.ts";

export const SUDO = practice({
  id: "TOO004",
  title: "No sudo, and no entries for it",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "sudo is executed; a build has its user already",
  hint: "leave sudo out where the build is root, or change the user with USER before the step",
  why: "In an image sudo only gives whoever gets in a way to root. Builds run as the user that USER names.",
  source: "N2.8",
  peers: ["DL3004", "DS-0010", "CIS-DI-0008", "DKL-DI-0001"],
  controls: ["NIST 800-190 3.1.2"],
  cases: {
    sudoers: {
      message: "{path} is changed: it lets users of the image become root",
      hint: "remove the entry; give the program the rights it needs with file modes, or run it as its own user",
    },
    nopasswd: {
      message: "{path} lets users of the image become root without a password",
      hint: "remove the entry; give the program the rights it needs with file modes, or run it as its own user",
    },
  },
  fix: "safe",
  checks: {
    recipe: ({ recipe }) => {
      const steps = allSteps(recipe);
      const hits = grouped(commandsIn(steps)).flatMap((group) => hitOf(recipe, group) ?? []);
      return [...hits, ...steps.flatMap(copiedEntries)];
    },
  },
  passes: [
    { shows: "RUN yum", dockerfile: "FROM centos:7\nRUN yum -y install httpd\n" },
    { shows: "only the word", dockerfile: "FROM centos:7\nRUN echo 'sudo yum' > /x && yum -y install sudo-docs\n" },
    { shows: "reading the entries", dockerfile: "FROM centos:7\nRUN cat /etc/sudoers\n" },
    {
      shows: "a definition file without",
      definition: "Bootstrap: docker\nFrom: centos:7\n\n%post\n    yum -y install x\n",
    },
  ],
  fails: [
    {
      shows: "RUN sudo yum",
      dockerfile: "FROM centos:7\nRUN sudo yum -y install httpd\n",
      expect: { line: 2, fixed: "FROM centos:7\nRUN yum -y install httpd\n" },
    },
    {
      shows: "with options, several in one RUN",
      dockerfile: "FROM debian:13.1\nUSER root\nRUN sudo -E apt-get update && sudo apt-get install -y x\n",
      expect: { line: 3, fixed: "FROM debian:13.1\nUSER root\nRUN apt-get update && apt-get install -y x\n" },
    },
    { shows: "as somebody else", dockerfile: "FROM debian:13.1\nRUN sudo -u builder mkdir -p /opt/model\n" },
    {
      shows: "an entry without a password",
      dockerfile: 'FROM debian:13.1\nRUN echo "x ALL=(ALL) NOPASSWD: ALL" >> /etc/sudoers\n',
      expect: { case: "nopasswd", says: "/etc/sudoers lets" },
    },
    {
      shows: "an entry in a here-document",
      definition:
        "Bootstrap: docker\nFrom: centos:7\n\n%post\n    cat >> /etc/sudoers.d/lab <<EOF\nlab ALL=(ALL) NOPASSWD: ALL\nEOF\n",
      expect: { case: "nopasswd", line: 5 },
    },
    {
      shows: "an entry that is copied",
      dockerfile: "FROM debian:13.1\nCOPY lab /etc/sudoers.d/lab\n",
      expect: { case: "sudoers" },
    },
    {
      shows: "in %post",
      definition: "Bootstrap: docker\nFrom: ubuntu:24.04\n\n%post\n    sudo ldconfig\n",
      expect: { fixed: "Bootstrap: docker\nFrom: ubuntu:24.04\n\n%post\n    ldconfig\n" },
    },
  ],
});

const SUDOERS = /^\/etc\/sudoers(\.d(\/|$)|$)/;

function hitOf(recipe: RecipeView, group: readonly PlacedCommand[]): Hit | undefined {
  for (const { command, script } of group) {
    const path = changedEntries(command);
    if (path === undefined) continue;
    const text = recipe.source.text.slice(script.range.start, script.range.end);
    return { case: /NOPASSWD/.test(text) ? "nopasswd" : "sudoers", fields: { path }, range: command.range };
  }
  const used = group.flatMap((placed) => sudoOf(placed) ?? []);
  const [first] = used;
  return first && { range: first.range, fix: fixOf(recipe, used) };
}

function changedEntries(command: CommandView): string | undefined {
  const written = writes(command).find(({ path }) => SUDOERS.test(path))?.path;
  if (written !== undefined) return written;
  if (command.name === "visudo" && !command.words.some(({ text }) => /^-\w*c/.test(text))) return "/etc/sudoers";
  const edits =
    command.name === "tee" ||
    (command.name === "sed" && command.words.some(({ text }) => /^-\w*i|^--in-place/.test(text)));
  return edits ? command.words.map(plainText).find((word) => SUDOERS.test(word)) : undefined;
}

function copiedEntries(step: StepView): readonly Hit[] {
  const copied = step.copies.find(({ target }) => target !== undefined && SUDOERS.test(target));
  return copied ? [{ case: "sudoers", fields: { path: copied.target }, range: copied.range }] : [];
}

interface Use extends PlacedCommand {
  readonly range: CommandView["range"];
}

function sudoOf(placed: PlacedCommand): Use | undefined {
  const { command } = placed;
  const wrapper = command.wrappers.find(({ name }) => name === "sudo");
  if (wrapper) return { ...placed, range: wrapper.range };
  return command.name === "sudo" ? { ...placed, range: command.nameRange } : undefined;
}

const WITHOUT_MEANING =
  /^sudo(?:(?:[ \t]|\\\r?\n)+(?:-[EHnSk]+|--preserve-env(?:=\S*)?|--set-home|--non-interactive|--stdin|--))*(?:[ \t]|\\\r?\n)+(?=[^-\s\\])/;

function fixOf(recipe: RecipeView, uses: readonly Use[]): Fix | undefined {
  const edits: Edit[] = [];
  for (const { range } of uses) {
    const match = WITHOUT_MEANING.exec(recipe.source.text.slice(range.start, range.start + 200));
    if (!match) return undefined;
    edits.push({ range: { start: range.start, end: range.start + match[0].length }, text: "" });
  }
  return { title: "leave sudo out", safe: uses.every(({ step }) => isRoot(recipe, step)), edits };
}

// What a base of somebody else runs as is not known; those of distributions run as root.
function isRoot({ kind, stages }: RecipeView, { before, stage }: StepView): boolean {
  if (kind === "definition") return true;
  if (before.user !== undefined) return /^(root|0)(:|$)/.test(before.user);
  const own = stages[stage.index];
  const base = own && lowestBase(own);
  return base?.scratch === true || base?.name?.official === true;
}
