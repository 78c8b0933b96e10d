// Accounts inside of images: USR006, USR008, USR009.

import { insertBehind } from "../../commands/edits.ts";
import { cutOptions, hasFlag, optionOf } from "../../commands/options.ts";
import { practice } from "../../practice.ts";
import type { NumberedName } from "../../practice-facts.ts";
import type { AuditSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { CommandView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleFiles } from "../example-parts.ts";
import { allSteps, commandsIn, finalSteps } from "../recipe-parts.ts";

const USERADD = {
  valued: [
    ...[..."bcdefgGkKpRPsuZ"].map((letter) => `-${letter}`),
    ...["--base-dir", "--comment", "--home-dir", "--expiredate", "--inactive", "--gid", "--groups", "--skel", "--key"],
    ...["--password", "--root", "--prefix", "--shell", "--uid", "--selinux-user"],
  ],
};

export const SPARSE_LASTLOG = practice({
  id: "USR006",
  title: "Accounts with large numbers make no lastlog",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "useradd with uid {uid} writes a lastlog that is as long as the number",
  hint: "add -l",
  why: "The file has holes, and most tools write them out: the layer grows to gigabytes.",
  source: "ours",
  peers: ["DL3046"],
  fix: "safe",
  checks: {
    recipe: ({ recipe }) => commandsIn(allSteps(recipe)).flatMap(({ command }) => sparse(command) ?? []),
  },
  passes: [
    { shows: "with -l", dockerfile: "FROM debian:13.1\nRUN useradd -l -u 4000000 a\n" },
    { shows: "among other letters", dockerfile: "FROM debian:13.1\nRUN useradd -ml -u 4000000 a\n" },
    { shows: "a small number", dockerfile: "FROM debian:13.1\nRUN useradd --uid 1000 a\n" },
  ],
  fails: [
    {
      shows: "without",
      dockerfile: "FROM debian:13.1\nRUN useradd -u 4000000 a\n",
      expect: { line: 2, fixed: "FROM debian:13.1\nRUN useradd -l -u 4000000 a\n" },
    },
    {
      shows: "in the long form",
      definition: "Bootstrap: docker\nFrom: debian:13.1\n\n%post\n    useradd --uid=200000 a\n",
    },
  ],
});

function sparse(command: CommandView): Hit | undefined {
  if (command.name !== "useradd") return undefined;
  const line = cutOptions(command.words, USERADD);
  const uid = Number(optionOf(line, "-u", "--uid")?.value ?? "0");
  if (!(uid > 100_000) || hasFlag(line, "-l", "--no-log-init")) return undefined;
  const fix = { title: "add -l", safe: true, edits: [insertBehind(command.nameRange, " -l")] };
  return { fields: { uid }, range: command.range, fix };
}

export const OWN_NUMBERS = practice({
  id: "USR008",
  title: "Every account has a name and a number of its own",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{file} has {names} with the same number {id}",
  hint: "give each a number of its own; a second root is a way in",
  why: "Two names of one number are one account: whoever has the one has the other.",
  source: "ours",
  peers: ["DKL-LI-0002"],
  cases: {
    name: { message: "{file} has the name {names} more than once", hint: "remove all lines of it but one" },
  },
  checks: { image: ofAccounts },
  passes: [
    { shows: "all different", image: withTexts({ "etc/passwd": "root:x:0:0::/root:/bin/sh\na:x:1:1::/:/bin/sh\n" }) },
    { shows: "no account files", image: withTexts({}) },
  ],
  fails: [
    {
      shows: "two with uid 0",
      image: withTexts({ "etc/passwd": "root:x:0:0::/:/bin/sh\ntoor:x:0:0::/:/bin/sh\n" }),
      expect: { says: "root and toor with the same number 0" },
    },
    { shows: "a name twice", image: withTexts({ "etc/group": "a:x:1:\na:x:2:\n" }), expect: { case: "name" } },
    { shows: "nobody looked", image: { files: undefined }, expect: { certainty: "unknown" } },
  ],
});

function withTexts(texts: Readonly<Record<string, string>>) {
  return { files: exampleFiles([], { texts: new Map(Object.entries(texts)) }) };
}

interface Account {
  readonly name: string;
  readonly id: number;
}

/** Names and numbers of a passwd or group file; lines that are none are left out. */
export function accountsOf(text: string | undefined): readonly Account[] {
  return (text ?? "").split("\n").flatMap((line) => {
    const [name = "", , id = ""] = line.split(":");
    return name !== "" && !name.startsWith("#") && /^\d+$/.test(id) ? [{ name, id: Number(id) }] : [];
  });
}

function ofAccounts({ image: { files } }: AuditSubject): Hit | readonly Hit[] {
  if (!files) return unknown("which files are in the image");
  return ["etc/passwd", "etc/group"].flatMap((path) => doubles(`/${path}`, accountsOf(files.texts.get(path))));
}

function doubles(file: string, accounts: readonly Account[]): readonly Hit[] {
  const byId = new Map<number, Set<string>>();
  const byName = new Map<string, number>();
  for (const { name, id } of accounts) {
    byId.set(id, (byId.get(id) ?? new Set()).add(name));
    byName.set(name, (byName.get(name) ?? 0) + 1);
  }
  const ids = [...byId].flatMap(([id, names]) =>
    names.size > 1 ? [{ fields: { file, id, names: [...names].join(" and ") } }] : [],
  );
  const names = [...byName].flatMap(([name, count]) =>
    count > 1 ? [{ case: "name", fields: { file, names: name } }] : [],
  );
  return [...ids, ...names];
}

export const SITE_ACCOUNT = practice({
  id: "USR009",
  title: "The image knows the accounts that the site runs it as",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "the image has no {kind} {name} ({id}), as which the site runs it",
  hint: "add RUN {add}",
  why: "Programs that look up their own number fail when the image's account files do not have it.",
  source: "Spin: Building images",
  peers: [],
  fix: "unsafe",
  checks: { recipe: accountsInRecipe, image: accountsInImage },
  passes: [
    {
      shows: "the group is added",
      dockerfile: "FROM debian:13.1\nRUN groupadd -g 124 genome\n",
      facts: { runsAs: { group: { name: "genome", id: 124 } } },
    },
    {
      shows: "the image has it",
      image: withTexts({ "etc/group": "genome:x:124:\n" }),
      facts: { runsAs: { group: { name: "genome", id: 124 } } },
    },
    { shows: "nobody demands one", dockerfile: "FROM debian:13.1\n" },
  ],
  fails: [
    {
      shows: "no such group",
      dockerfile: "FROM debian:13.1\nRUN x\n",
      facts: { runsAs: { group: { name: "genome", id: 124 } } },
      expect: { says: "no group genome (124)", fixed: "FROM debian:13.1\nRUN x\nRUN groupadd -g 124 genome\n" },
    },
    {
      shows: "an image without the user",
      image: withTexts({ "etc/passwd": "root:x:0:0::/:/bin/sh\n" }),
      facts: { runsAs: { user: { name: "fred", id: 501 } } },
      expect: { says: "no user fred (501)" },
    },
  ],
});

interface Wanted extends NumberedName {
  readonly kind: "user" | "group";
}

function wantedOf({ facts: { runsAs } }: Pick<RecipeSubject, "facts">): readonly Wanted[] {
  const group = runsAs?.group ? [{ ...runsAs.group, kind: "group" as const }] : [];
  return runsAs?.user ? [...group, { ...runsAs.user, kind: "user" as const }] : group;
}

const fieldsOf = ({ kind, name, id }: Wanted) => ({ kind, name, id, add: addition({ kind, name, id }) });
const addition = ({ kind, name, id }: Wanted) =>
  kind === "group" ? `groupadd -g ${id} ${name}` : `useradd -l -u ${id} ${name}`;

function accountsInRecipe(subject: RecipeSubject): readonly Hit[] {
  const { recipe } = subject;
  const stage = recipe.chain.at(-1);
  if (recipe.kind !== "dockerfile" || !stage) return [];
  const commands = commandsIn(finalSteps(recipe), "build").map(({ command }) => command);
  const made = (wanted: Wanted) =>
    commands.some(({ name, words }) => {
      const adds = wanted.kind === "group" ? /^(groupadd|addgroup)$/ : /^(useradd|adduser)$/;
      return name !== undefined && adds.test(name) && words.some(({ value }) => value === wanted.name);
    });
  const end = stage.range.end;
  return wantedOf(subject)
    .filter((wanted) => !made(wanted))
    .map((wanted) => {
      const edits = [{ range: { start: end, end }, text: `\nRUN ${addition(wanted)}` }];
      const fix = { title: `add RUN ${addition(wanted)}`, safe: false, edits };
      return { fields: fieldsOf(wanted), range: stage.base.range, fix };
    });
}

function accountsInImage(subject: AuditSubject): Hit | readonly Hit[] {
  const wanted = wantedOf(subject);
  const { files } = subject.image;
  if (wanted.length === 0) return [];
  if (!files) return unknown("which accounts are in the image");
  return wanted
    .filter(({ kind, name, id }) => {
      const accounts = accountsOf(files.texts.get(kind === "group" ? "etc/group" : "etc/passwd"));
      return !accounts.some((account) => account.name === name && account.id === id);
    })
    .map((one) => ({ fields: fieldsOf(one) }));
}
