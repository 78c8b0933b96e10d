// Variables that are secrets by their name: SEC001, SEC008.

import { isHarmlessValue, isSecretName } from "../../../audit/secrets/secret-names.ts";
import type { Range } from "../../../base/source.ts";
import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import type { AuditSubject, LaunchSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { RecipeView, StepView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import type { Fix } from "../../types.ts";
import { exampleConfig } from "../example-parts.ts";
import { allSteps } from "../recipe-parts.ts";

const HEAD = "Bootstrap: docker\nFrom: debian:13.1\n\n";

export const NAMED_SECRETS = practice({
  id: "SEC001",
  title: "No secret in variables, arguments and labels",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{names} is stored in the image's metadata: everybody who has the image reads it",
  hint: "give it to the step with RUN --mount=type=secret, and to the container as a file in /run/secrets",
  why: "Variables, arguments and labels are in the configuration and the history of every image built on it.",
  source: "N2.12, Spin: Secrets",
  peers: ["DL3064", "DS-0031", "CIS-DI-0010", "SecretsUsedInArgOrEnv"],
  controls: ["CIS 4.10", "NIST 800-190 3.1.4"],
  counterparts: ["SEC-07"],
  cases: {
    launch: {
      message: "{names} stands in the file with its value",
      hint: "make it a secret of the platform and give the program its file: {names}_FILE: /run/secrets/…",
    },
  },
  checks: { recipe: inRecipe, launch: inLaunch, image: inImage },
  passes: [
    { shows: "a secret mount", dockerfile: "FROM x\nRUN --mount=type=secret,id=db,env=DB_PASSWORD x\n" },
    {
      shows: "names about secrets",
      dockerfile:
        "FROM x\nARG MAX_TOKENS=4096\nENV DB_PASSWORD_FILE=/run/secrets/db KEYBOARD=us PUBLIC_KEY=x TOKEN_PATH=/x\n",
    },
    { shows: "a switch", dockerfile: "FROM x\nENV MYSQL_ALLOW_EMPTY_PASSWORD=yes TOKENIZERS_PARALLELISM=false\n" },
    {
      shows: "taken over at run time",
      definition: `${HEAD}%environment\n    export DB_PASSWORD="\${DB_PASSWORD:-}"\n`,
    },
    {
      shows: "a variable of compose",
      compose: `environment:\n  DB_PASSWORD: \${DB_PASSWORD}\n  API_KEY: ''\n  TOKEN:\n`,
    },
    { shows: "an image without", image: { config: config(["PATH=/bin", "SECRET_KEY_FILE=/x", "DB_PASSWORD="]) } },
  ],
  fails: [
    {
      shows: "ENV",
      dockerfile: "FROM x\nENV A=b \\\n    DB_PASSWORD=x\n",
      expect: { line: 3, says: "DB_PASSWORD is stored" },
    },
    { shows: "ARG without a value", dockerfile: "ARG NPM_TOKEN\nFROM x\n", expect: { line: 1 } },
    { shows: "LABEL", dockerfile: 'FROM x\nLABEL build.api_key="0"a"1"\n', expect: { line: 2 } },
    {
      shows: "%environment",
      definition: `${HEAD}%environment\n    export PORTAL_SECRET=not-a-secret\n`,
      expect: { line: 5 },
    },
    { shows: "%arguments", definition: `${HEAD}%arguments\n    GITHUB_TOKEN=abc\n`, expect: { line: 5 } },
    { shows: "a service", compose: "environment:\n  MYSQL_ROOT_PASSWORD: hunter2\n", expect: { case: "launch" } },
    { shows: "a service with a list", compose: "environment:\n  - PGPASSWORD=hunter2\n", expect: { case: "launch" } },
    { shows: "an image", image: { config: config(["API_TOKEN=abc"]) }, expect: { says: "API_TOKEN" } },
    {
      shows: "an argument in the history",
      image: {
        history: [
          {
            createdBy: "RUN |1 NPM_TOKEN=abc /bin/sh -c npm ci # buildkit",
            created: undefined,
            comment: "",
            empty: false,
          },
        ],
      },
      expect: { says: "NPM_TOKEN" },
    },
    { shows: "nobody looked", image: { config: undefined }, expect: { certainty: "unknown" } },
  ],
});

function config(env: readonly string[]) {
  return exampleConfig({ env });
}

interface Named {
  readonly name: string;
  readonly range: Range;
}

function inRecipe({ recipe }: RecipeSubject): readonly Hit[] {
  const groups = [...earlyArguments(recipe), ...allSteps(recipe).flatMap(groupsOf)];
  return groups.flatMap((group) => {
    const [first] = group;
    return first ? [{ fields: { names: listed(group.map(({ name }) => name)) }, range: first.range }] : [];
  });
}

// Arguments before the first FROM belong to no stage.
function earlyArguments({ dockerfile }: RecipeView): readonly (readonly Named[])[] {
  const instructions = dockerfile?.instructions ?? [];
  const first = instructions.findIndex(({ keyword }) => keyword === "FROM");
  return instructions
    .slice(0, Math.max(first, 0))
    .map((instruction) =>
      instruction.keyword === "ARG"
        ? instruction.pairs
            .map(({ name }) => ({ name: name.text, range: name.range }))
            .filter(({ name }) => isSecretName(name))
        : [],
    );
}

const WITH_PAIRS = ["ENV", "ARG", "LABEL", "arguments", "labels"];

function groupsOf({ keyword, pairs, scripts }: StepView): readonly (readonly Named[])[] {
  if (keyword === "environment" || keyword === "appenv")
    return scripts.flatMap(({ commands }) => commands.map(exported));
  if (!WITH_PAIRS.includes(keyword)) return [];
  const secrets = pairs.filter(
    ({ name, value }) => isSecretName(name) && !(value !== undefined && isHarmlessValue(value)),
  );
  return [secrets.map(({ name, range }) => ({ name, range }))];
}

type Command = StepView["scripts"][number]["commands"][number];

// A value that is taken over when the container starts is not in the image.
function exported({ name, words, assignments }: Command): readonly Named[] {
  const pairs = [
    ...(name === "export" || name === "declare" ? words : []).map(({ text, range }) => ({ text, range })),
    ...(name === "" ? assignments : []).map(({ name: left, text, range }) => ({
      text: text.includes("=") ? text : `${left}=${text}`,
      range,
    })),
  ];
  return pairs.flatMap(({ text, range }) => {
    const [, left = "", right = ""] = /^(\w+)\+?=(.*)$/s.exec(text) ?? [];
    const value = right.replace(/["']/g, "");
    return value === "" || /[$`]/.test(value) || isHarmlessValue(value) || !isSecretName(left)
      ? []
      : [{ name: left, range }];
  });
}

/** Variables of a service that have a secret's name and a value of their own. */
function literals({ launch }: LaunchSubject) {
  if (launch.tool !== "compose") return [];
  return launch.environment.filter(
    ({ name, value }) =>
      value !== undefined && value !== "" && !value.includes("$") && !isHarmlessValue(value) && isSecretName(name),
  );
}

function inLaunch(subject: LaunchSubject): readonly Hit[] {
  return literals(subject).map(({ name, range }) => ({ case: "launch", fields: { names: name }, range }));
}

function inImage({ image: { config: known, history } }: AuditSubject): Hit | undefined {
  if (!known) return unknown("which variables and labels the image has");
  const pairs = [
    ...known.env.map(cut),
    ...Object.entries(known.labels),
    ...(history ?? []).flatMap(({ createdBy }) => argumentsOf(createdBy)),
  ];
  const names = pairs
    .filter(([name, value]) => value !== "" && !isHarmlessValue(value) && isSecretName(name))
    .map(([name]) => name);
  return names.length === 0 ? undefined : { fields: { names: listed([...new Set(names)]) } };
}

function cut(pair: string): readonly [string, string] {
  const at = pair.indexOf("=");
  return at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
}

// `|2 A=b C=d /bin/sh -c …`: builders keep the arguments of a step in front of it.
function argumentsOf(createdBy: string): readonly (readonly [string, string])[] {
  const [, count = "0", rest = ""] = /^(?:RUN )?\|(\d{1,3}) (.*)$/s.exec(createdBy) ?? [];
  return rest
    .split(" ")
    .filter((word) => word.includes("="))
    .slice(0, Number(count))
    .map(cut);
}

export const SECRET_FILES = practice({
  id: "SEC008",
  title: "Services get secrets as files",
  severity: "error",
  class: "recommended",
  certainty: "certain",
  message: "{name} has a literal value where a secret file belongs",
  hint: "store the value as a secret, list it under secrets:, and write {name}_FILE: /run/secrets/{file}",
  why: "A value in the file is in version control, in every inspection of the container, and in the environment of all its programs.",
  source: "Spin: Secrets",
  peers: [],
  fix: "unsafe",
  checks: {
    launch: (subject) =>
      literals(subject).map(({ name, range }) => {
        const file = name.toLowerCase();
        return { fields: { name, file }, range, fix: fileFix(subject, name, file, range) };
      }),
  },
  passes: [
    { shows: "a file", profile: "spin", compose: "environment:\n  MYSQL_ROOT_PASSWORD_FILE: /run/secrets/root\n" },
    { shows: "a variable", profile: "spin", compose: `environment:\n  - MYSQL_ROOT_PASSWORD=\${ROOT}\n` },
  ],
  fails: [
    {
      shows: "a literal value",
      profile: "spin",
      compose: "image: mysql:8.4.2\nenvironment:\n  MYSQL_ROOT_PASSWORD: hunter2\n",
      expect: { says: "MYSQL_ROOT_PASSWORD has a literal value" },
    },
    { shows: "in a list", profile: "spin", compose: "image: x:1\nenvironment:\n  - API_TOKEN=hunter2\n" },
  ],
});

// Images that are known to read the value from a file.
const READ_FILES = /^(MYSQL|MARIADB|POSTGRES|MONGO_INITDB|WORDPRESS|REDIS|DOCKER_INFLUXDB)_/;

function fileFix({ launch }: LaunchSubject, name: string, file: string, range: Range): Fix | undefined {
  const text = launch.source.text.slice(range.start, range.end);
  const pair = new RegExp(`^(["']?)${name}\\s*([:=])\\s*`).exec(text);
  if (!READ_FILES.test(name) || !pair || text.includes("\n")) return undefined;
  const whole =
    pair[2] === "=" ? `${pair[1]}${name}_FILE=/run/secrets/${file}${pair[1]}` : `${name}_FILE: /run/secrets/${file}`;
  return { title: `read ${name} from a file`, safe: false, edits: [{ range, text: whole }] };
}
