// Secrets in containers and in recipes: SEC-04 to SEC-07.

import { parseSecretName } from "../names.ts";
import { pointerTo } from "../pointer.ts";
import { type Hit, rule, unknown } from "../rule.ts";
import { secretForm, secretInArgument, secretSign } from "../secret-words.ts";
import type { ServiceSubject } from "../subjects.ts";

const ADDING = "Spin: Adding Secret to Container";

export const SECRET_TARGET = rule({
  id: "SEC-04",
  title: "A secret is attached under the file part of its name",
  on: "secret-use",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "Set As Name to {file} (the secret {store} would be {target})",
  hint: "set target: {file}",
  why: "The program then finds its file under a name that does not change with stack or service.",
  source: ADDING,
  check: ({ use, store, policy, facts }) => {
    const parts = store === undefined ? undefined : parseSecretName(store, { ...policy, stacks: facts.stacks });
    if (!parts) return undefined;
    const name = use.target.slice(use.target.lastIndexOf("/") + 1);
    return name === parts.file ? undefined : { at: "/target", fields: { file: parts.file, store, target: use.target } };
  },
  passes: [{ shows: "target mysql_password", ...use({ target: "/run/secrets/mysql_password" }) }],
  fails: [
    {
      shows: "target web.rover.mysql_password",
      ...use({ target: "/run/secrets/web.rover.mysql_password" }),
      expect: { pointer: "/services/web/secrets/0/target", says: "Set As Name to mysql_password" },
    },
  ],
});

export const SECRET_READER = rule({
  id: "SEC-05",
  title: "A secret's file belongs to the service's user",
  on: "secret-use",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{service} runs as {uid} and cannot read {target}, which belongs to {owner}",
  hint: "set uid: '{uid}', or leave it out: the file then belongs to the service's user",
  why: "A file that only its owner reads must belong to the one who needs it.",
  source: ADDING,
  check: ({ use, of: { runAs } }) => {
    if (use.uid === undefined) return undefined;
    const owner = Number(use.uid);
    if (runAs.uid === undefined) return unknown("as whom the service runs was not looked up", "/uid");
    return owner === runAs.uid
      ? undefined
      : { at: "/uid", fields: { uid: runAs.uid, owner: use.uid, target: use.target } };
  },
  passes: [
    { shows: "1000 and user: 1000", ...use({ uid: "1000" }) },
    { shows: "left out", ...use({ uid: undefined }) },
  ],
  fails: [
    { shows: "uid 0, user 1000", ...use({ uid: "0" }), expect: { says: "web runs as 1000" } },
    { shows: "no number", ...use({ uid: "fred" }) },
  ],
});

export const SECRET_MODE = rule({
  id: "SEC-06",
  title: "Only its owner reads a secret's file",
  on: "secret-use",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "Mode {mode} lets others read the secret {target} in {service}",
  hint: "set mode: 0400, or leave it out",
  why: "Another program in the container, perhaps one that was broken into, has no business with it.",
  source: ADDING,
  check: ({ use: { mode, target } }) =>
    mode !== undefined && (mode & 0o077) !== 0
      ? { at: "/mode", fields: { mode: mode.toString(8).padStart(4, "0"), target } }
      : undefined,
  passes: [
    { shows: "0400", ...use({ mode: 0o400 }) },
    { shows: "left out", ...use({ mode: undefined }) },
  ],
  fails: [
    { shows: "0444", ...use({ mode: 0o444 }), expect: { says: "Mode 0444" } },
    { shows: "0440", ...use({ mode: 0o440 }) },
  ],
});

export const SECRET_IN_TEXT = rule({
  id: "SEC-07",
  title: "No secret stands in the recipe",
  on: "service",
  severity: "warning",
  class: "recommended",
  certainty: "likely",
  message: "{name} looks like a secret ({sign}); it is visible in the file",
  hint: "make it a secret of the platform and give the program its file: {name}_FILE: /run/secrets/…",
  why: "Recipes are in repositories, variables in every inspection of the container. A file in /run/secrets is in neither.",
  source: "Spin: Secrets",
  cases: {
    argument: {
      message:
        "An argument of {service} looks like a secret ({sign}); everybody on the node sees it in the list of processes",
      hint: "let the program read it from a file in /run/secrets",
    },
    config: { message: "The config {name} has {sign} in it; configs are not kept secret", hint: "make it a secret" },
    label: { message: "The label {name} looks like a secret ({sign}); everybody sees labels", hint: "remove it" },
  },
  check: (subject) => [...variables(subject), ...argumentsOf(subject), ...labelsOf(subject), ...configsOf(subject)],
  passes: [
    { shows: "DB_PASSWORD_FILE: /run/secrets/x", service: { environment: { DB_PASSWORD_FILE: "/run/secrets/x" } } },
    { shows: "nothing in it", service: { environment: { DB_PASSWORD: "" } } },
    ...[
      "PASSWORD_MIN_LENGTH: 12",
      "TOKEN_TTL: 3600",
      "MYSQL_ALLOW_EMPTY_PASSWORD: yes",
      "PWD: /srv",
      "SECRET_NAME: rover.x",
    ].map((pair) => ({
      shows: pair,
      service: { environment: { [pair.split(": ")[0] ?? ""]: pair.split(": ")[1] ?? "" } },
    })),
    { shows: "a digest", service: { environment: { VERSION: `sha256:${"0f".repeat(32)}` } } },
    {
      shows: "a long path",
      service: { environment: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" } },
    },
    { shows: "--password-file=/run/secrets/x", service: { command: ["app", "--password-file=/run/secrets/x"] } },
  ],
  fails: [
    {
      shows: "DB_PASSWORD: abc",
      service: { environment: { DB_PASSWORD: "abc" } },
      expect: { pointer: "/services/web/environment/DB_PASSWORD", says: "DB_PASSWORD looks like a secret" },
    },
    ...["apiKey", "github_token", "MYSQL_ROOT_PASSWORD", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD", "JWT_SECRET"].map(
      (name) => ({
        shows: `${name}: s3cr3t-value`,
        service: { environment: { [name]: "s3cr3t-value" } },
      }),
    ),
    {
      shows: "an address with a password",
      service: { environment: { DATABASE: "postgres://rover:hunter2@db/rover" } },
      expect: { says: "its value has the form of an address with a password" },
    },
    { shows: "a token by its form", service: { environment: { CI: `ghp_${"a1B2".repeat(10)}` } } },
    { shows: "a value that looks random", service: { environment: { SETTING: "q7Xv2mZp9LrT4wKc8NbY1sHd6JfG3aQe" } } },
    {
      shows: "--password=hunter2",
      service: { command: ["app", "--password=hunter2"] },
      expect: { case: "argument", pointer: "/services/web/command/1" },
    },
    { shows: "a label", service: { labels: { "app.token": "abcdef" } }, expect: { case: "label" } },
    {
      shows: "a private key in a config",
      service: { configs: [{ name: "tls", target: "/tls.pem" }] },
      stack: { configs: [{ name: "tls", content: "-----BEGIN RSA PRIVATE KEY-----\nMII" }] },
      expect: { case: "config", pointer: "/services/web/configs/0" },
    },
  ],
});

function variables({ service }: ServiceSubject): readonly Hit[] {
  return signs(service.environment, "environment");
}

function labelsOf({ service }: ServiceSubject): readonly Hit[] {
  return signs(service.labels, "labels").map((hit) => ({ ...hit, case: "label" }));
}

function signs(pairs: Readonly<Record<string, string>>, part: string): readonly Hit[] {
  return Object.entries(pairs).flatMap(([name, value]) => {
    const sign = secretSign(name, value);
    return sign === undefined ? [] : [{ at: pointerTo("", part, name), fields: { name, sign } }];
  });
}

function argumentsOf({ service }: ServiceSubject): readonly Hit[] {
  return (["entrypoint", "command"] as const).flatMap((part) =>
    (service[part] ?? []).flatMap((word, index) => {
      const form = secretForm(word);
      const sign = secretInArgument(word) ?? (form && `it has the form of ${form}`);
      return sign === undefined ? [] : [{ case: "argument", at: pointerTo("", part, index), fields: { sign } }];
    }),
  );
}

function configsOf({ service, names }: ServiceSubject): readonly Hit[] {
  return service.configs.flatMap(({ name }, index) => {
    const sign = secretForm(names.configs.get(name)?.content ?? "");
    return sign === undefined ? [] : [{ case: "config", at: pointerTo("", "configs", index), fields: { name, sign } }];
  });
}

function use(change: { target?: string; uid?: string | undefined; mode?: number | undefined }) {
  const target = "/run/secrets/mysql_password";
  return {
    service: { secrets: [{ name: "mysql_password", target, ...change }] },
    stack: { secrets: [{ name: "mysql_password", store: "web.rover.mysql_password" }] },
  };
}
