// Passwords in commands and addresses: SEC004.

import { isHarmlessValue, isSecretName } from "../../../audit/secrets/secret-names.ts";
import { practice } from "../../practice.ts";
import type { LaunchSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { CommandView, WordView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { allSteps, commandsIn, grouped, type PlacedCommand } from "../recipe-parts.ts";

const HEAD = "Bootstrap: docker\nFrom: debian:13.1\n\n";

export const LITERAL_PASSWORDS = practice({
  id: "SEC004",
  title: "No password in a command",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{what}",
  hint: "read it from a secret mount or a file in /run/secrets; accounts of an image need no password",
  why: "Commands are in the recipe, in the history of the image, and in the list of processes while they run.",
  source: "N2.12",
  peers: ["DS-0031", "CIS-DI-0010"],
  controls: ["CIS 4.10", "NIST 800-190 3.1.4"],
  checks: { recipe: inRecipe, launch: inLaunch },
  passes: [
    { shows: "none", dockerfile: "FROM x\nRUN useradd -m -p '*' app && passwd -l app\n" },
    {
      shows: "from a variable",
      dockerfile: 'FROM x\nRUN --mount=type=secret,id=p mysql --password="$(cat /run/secrets/p)" -p$P\n',
    },
    {
      shows: "an address with a variable",
      dockerfile: "FROM x\nRUN git clone https://oauth2:$TOKEN@h.example/a.git\n",
    },
    {
      shows: "addresses without",
      dockerfile: "FROM x\nRUN git clone https://git@h.example:8443/a@b && rsync u@h:/x /y\n",
    },
    {
      shows: "other meanings of -p",
      dockerfile: "FROM x\nRUN mkdir -p /x && useradd -m app && psql -p5432 && mysql -P 3306\n",
    },
    { shows: "a file", run: "docker run mysql:8.4.2 mysql --password-file=/run/secrets/p\n" },
  ],
  fails: [
    {
      shows: "chpasswd",
      dockerfile: 'FROM x\nRUN useradd a && echo "a:b" | chpasswd\n',
      expect: { line: 2, says: "chpasswd" },
    },
    { shows: "chpasswd with a here-string", dockerfile: "FROM x\nRUN chpasswd <<< 'a:b'\n" },
    {
      shows: "chpasswd with a here-document",
      definition: `${HEAD}%post\n    chpasswd <<EOF\na:b\nEOF\n`,
      expect: { line: 5 },
    },
    { shows: "passwd --stdin", dockerfile: "FROM x\nRUN echo hunter2 | passwd --stdin a\n" },
    { shows: "useradd -p", dockerfile: "FROM x\nRUN useradd -m -p hunter2 a\n" },
    { shows: "--password=", dockerfile: "FROM x\nRUN mysql --password=hunter2 -e x\n", expect: { says: "--password" } },
    { shows: "mysql -p", dockerfile: "FROM x\nRUN mysqladmin -u root -phunter2 x\n" },
    { shows: "sshpass -p", dockerfile: "FROM x\nRUN sshpass -p hunter2 ssh h\n" },
    {
      shows: "an address",
      dockerfile: "FROM x\nRUN git clone https://robot:hunter2@h.example/a.git\n",
      expect: { says: "the address" },
    },
    {
      shows: "an address in a variable",
      dockerfile: "FROM x\nENV DATABASE=postgres://a:hunter2@db/x\n",
      expect: { line: 2 },
    },
    {
      shows: "a variable in front",
      dockerfile: "FROM x\nRUN PGPASSWORD=hunter2 psql -c x\n",
      expect: { says: "PGPASSWORD" },
    },
    { shows: "a run line", run: "docker run mysql:8.4.2 mysql --password=hunter2\n" },
    { shows: "an argument of a service", compose: "command: [app, --password=hunter2]" },
    { shows: "an address of a service", compose: "environment:\n  DATABASE: postgres://a:hunter2@db/x\n" },
    {
      shows: "a variable of a run line",
      run: "docker run -e MYSQL_ROOT_PASSWORD=hunter2 mysql:8.4.2\n",
      expect: { says: "MYSQL_ROOT_PASSWORD" },
    },
  ],
});

const ADDRESS = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'$]{0,64}:([^\s/@"'$`{]{1,128})@/i;

/** What a text says that is a password; never the password. */
function inAddress(text: string): string | undefined {
  return ADDRESS.test(text) ? "the address has a password in it" : undefined;
}

function inRecipe({ recipe }: RecipeSubject): readonly Hit[] {
  const steps = allSteps(recipe);
  const commands = grouped(commandsIn(steps)).flatMap((group) => {
    for (const [index, { command }] of group.entries()) {
      const what = passwordIn(command, before(group, index));
      if (what !== undefined) return [{ fields: { what }, range: command.range }];
    }
    return [];
  });
  const pairs = steps
    .filter(({ keyword }) => keyword === "ENV" || keyword === "ARG")
    .flatMap((step) => step.pairs.filter(({ value }) => value !== undefined && ADDRESS.test(value)).slice(0, 1))
    .map(({ range }) => ({ fields: { what: "the address has a password in it" }, range }));
  const chained = recipe.kind === "definition" ? piped(commandsIn(steps)) : [];
  return [...commands, ...pairs, ...chained];
}

// In sections each command is a group of its own, so that pipes are looked at here.
function piped(commands: readonly PlacedCommand[]): readonly Hit[] {
  return commands.flatMap(({ command }, index) => {
    const what = passwordFromInput(command, before(commands, index));
    return what === undefined || passwordIn(command, undefined) !== undefined
      ? []
      : [{ fields: { what }, range: command.range }];
  });
}

function before(commands: readonly PlacedCommand[], index: number): CommandView | undefined {
  const command = commands[index]?.command;
  const previous = commands[index - 1]?.command;
  return command && command.pipe.index > 0 && previous?.operatorAfter.startsWith("|") ? previous : undefined;
}

function passwordIn(command: CommandView, input: CommandView | undefined): string | undefined {
  return passwordFromInput(command, input) ?? passwordInWords(command) ?? passwordInFront(command);
}

function isLiteral({ text }: WordView): boolean {
  return !/[$`]/.test(text);
}

function passwordFromInput(command: CommandView, input: CommandView | undefined): string | undefined {
  const stdin = command.words.some(({ text }) => text === "--stdin");
  if (command.name !== "chpasswd" && !(command.name === "passwd" && stdin)) return undefined;
  const said = /^(echo|printf)$/.test(input?.name ?? "")
    ? (input?.words ?? []).filter(({ text }) => !/^-\w+$/.test(text))
    : [];
  const texts = [
    ...said.filter(isLiteral).map(({ text }) => text),
    ...command.redirects.map(
      ({ content, target, operator }) => content?.text ?? (operator === "<<<" ? target.text : ""),
    ),
  ];
  const password = texts.some((text) =>
    command.name === "chpasswd" ? /[^\s:"']:[^\s:"'$`]/.test(text) : /\w/.test(text) && !/[$`%]/.test(text),
  );
  return password ? `${command.name} is given a password that stands here` : undefined;
}

const OF_MYSQL = /^(mysql|mysqladmin|mysqldump|mysqlimport|mariadb|mariadb-admin|mariadb-dump)$/;
const OF_ACCOUNTS = /^(useradd|usermod|adduser|groupadd|groupmod)$/;
const WITH_VALUE = /^(wget|svn|hg|docker|podman|helm|skopeo|buildah|kinit|ldapadd|smbclient|rabbitmqctl)$/;

function passwordInWords({ name = "", words }: Pick<CommandView, "name" | "words">): string | undefined {
  for (const [index, word] of words.entries()) {
    const address = inAddress(word.text);
    if (address !== undefined) return address;
    const found = optionOf(name, word, words[index + 1]);
    if (found !== undefined) return `${name === "" ? "the command" : name} is given a password with ${found}`;
  }
  return undefined;
}

function optionOf(name: string, word: WordView, next: WordView | undefined): string | undefined {
  const text = word.text.replace(/["']/g, "");
  const long = /^(--?(?:[\w-]+-)?(?:password|passwd|passphrase))=(.+)$/.exec(text);
  if (long) return isLiteral(word) && !isHarmlessValue(long[2] ?? "") ? long[1] : undefined;
  const value = next && isLiteral(next) && !next.text.startsWith("-") ? next.text.replace(/["']/g, "") : undefined;
  if (OF_ACCOUNTS.test(name) && (text === "-p" || text === "--password")) {
    return value !== undefined && !/^[*!x]*$/.test(value) ? text : undefined;
  }
  if (OF_MYSQL.test(name) && /^-p./.test(text)) return isLiteral(word) ? "-p" : undefined;
  if (name === "sshpass" && /^-p/.test(text))
    return isLiteral(word) && (text.length > 2 || value !== undefined) ? "-p" : undefined;
  if (WITH_VALUE.test(name) && text === "--password") return value === undefined ? undefined : text;
  return undefined;
}

function passwordInFront({ name, assignments }: CommandView): string | undefined {
  if (name === "") return undefined;
  const secret = assignments.find(
    ({ name: left, text, value }) =>
      isSecretName(left) && !/[$`]/.test(text) && value !== undefined && value !== "" && !isHarmlessValue(value),
  );
  return secret && `${secret.name} is given a value that stands here`;
}

function inLaunch({ launch }: LaunchSubject): readonly Hit[] {
  const words = launch.command.map(({ value, range }) => ({ text: value, value, range }));
  const name = words[0]?.text.replace(/^.*\//, "") ?? "";
  const what = passwordInWords({ name, words: words.slice(1) });
  const found = what === undefined ? [] : [{ fields: { what }, range: words[0]?.range ?? launch.range }];
  const address = launch.environment.find(({ value }) => value !== undefined && ADDRESS.test(value));
  if (address) found.push({ fields: { what: "the address has a password in it" }, range: address.range });
  // Of services SEC001 tells it.
  const named = launch.tool === "compose" ? undefined : launch.environment.find(isLiteralSecret);
  if (named) found.push({ fields: { what: `${named.name} is given a value that stands here` }, range: named.range });
  return found;
}

function isLiteralSecret({ name, value }: LaunchSubject["launch"]["environment"][number]): boolean {
  if (value === undefined || value === "" || value.includes("$") || isHarmlessValue(value)) return false;
  return isSecretName(name);
}
