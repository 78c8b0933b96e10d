// Secrets that stand in recipes: SEC-07.

import { pointerTo } from "../pointer.ts";
import { type Hit, rule } from "../rule.ts";
import { secretForm, secretInArgument, secretSign } from "../secret-words.ts";
import type { ServiceSubject } from "../subjects.ts";

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
