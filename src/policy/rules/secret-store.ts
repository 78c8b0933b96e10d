// Secrets in the store: SEC-01, SEC-02, SEC-03, SEC-08.

import { leakedIn } from "../leaks.ts";
import { parseSecretName } from "../names.ts";
import { type Hit, rule, unknown } from "../rule.ts";
import type { SecretSubject } from "../subjects.ts";

const NAMING = "Spin: Naming Convention for Secrets";

export const SECRET_NAME = rule({
  id: "SEC-01",
  title: "A secret's name says where it belongs",
  on: "secret",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "Secret {name} should be {form}",
  hint: "STACK.FILE for several services, SERVICE.STACK.FILE for one; letters, digits, dots, dashes and underscores",
  why: "Secrets that nobody can place are never removed.",
  source: NAMING,
  check: (subject) =>
    partsOf(subject)
      ? undefined
      : { at: "/name", fields: { name: subject.secret.name, form: "{stack}.{file} or {service}.{stack}.{file}" } },
  passes: [
    secret("db.rover.mysql_password"),
    secret("rover.ssh_key"),
    secret("rover.tls.key.pem"),
    secret("db-main.rover.my.cnf"),
  ],
  fails: [
    {
      ...secret("password1"),
      expect: { says: "Secret password1 should be {stack}.{file} or {service}.{stack}.{file}" },
    },
    secret("My Portal.password"),
    secret("rover..password"),
    secret("rover.../etc/passwd"),
    secret("rover."),
    secret(".rover.x"),
    secret(""),
  ],
});

export const SECRET_PLACE = rule({
  id: "SEC-02",
  title: "A secret's stack and service exist",
  on: "secret",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "No stack {part}, which the secret {name} is named after",
  hint: "correct the name, or deploy the stack",
  why: "A name that is misspelt attaches a secret to nothing, or to the wrong thing.",
  source: NAMING,
  cases: { service: { message: "Stack {stack} has no service {part}, which the secret {name} is named after" } },
  check: (subject) => {
    const { name } = subject.secret;
    const parts = partsOf(subject);
    if (!parts) return undefined;
    const stack = subject.facts.stacks?.get(parts.stack);
    if (stack === undefined) return unknown(`nobody looked whether there is a stack ${parts.stack}`, "/name");
    if (!stack) return { at: "/name", fields: { part: parts.stack, name } };
    const there = parts.service === undefined || stack.services.includes(parts.service);
    return there
      ? undefined
      : { case: "service", at: "/name", fields: { part: parts.service, stack: parts.stack, name } };
  },
  passes: [secret("db.rover.x"), secret("rover.x")],
  fails: [
    { ...secret("db.rovr.x"), expect: { says: "No stack rovr" } },
    { ...secret("kv.rover.x"), expect: { case: "service", says: "no service kv" } },
    { ...secret("db.rover.x"), facts: { stacks: undefined }, expect: { certainty: "unknown" } },
  ],
});

export const SECRET_OWNER = rule({
  id: "SEC-03",
  title: "A secret's description names its owner",
  on: "secret",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "Say who owns the secret {name}: owner:<user>",
  hint: "write owner:ACCOUNT into its description",
  why: "Whoever finds a secret must be able to ask somebody what it opens.",
  source: "Spin: Secret Description",
  cases: { nobody: { message: "The owner {owner} of the secret {name} is no account of the site" } },
  check: ({ secret: { name, description }, facts: { people } }): Hit | undefined => {
    const owner = /(?:^|[\s,;(])owner:\s*([A-Za-z_][\w.-]{0,63})/.exec(description.slice(0, 4096))?.[1];
    if (owner === undefined) return { at: "/description", fields: { name } };
    // The last letter may be the end of a sentence.
    const person = people?.get(owner) ?? people?.get(owner.replace(/\.$/, ""));
    return person === null ? { case: "nobody", at: "/description", fields: { name, owner } } : undefined;
  },
  passes: [
    { shows: "owner:fred, db password", secret: { name: "rover.x", description: "owner:fred, db password" } },
    {
      shows: "for the database. owner: fred.",
      secret: { name: "rover.x", description: "for the database. owner: fred." },
    },
  ],
  fails: [
    { shows: "empty", secret: { name: "rover.x", description: "" } },
    { shows: "owner:", secret: { name: "rover.x", description: "owner:" } },
    { shows: "homeowner:fred", secret: { name: "rover.x", description: "homeowner:fred" } },
    { shows: "nobody's", secret: { name: "rover.x", description: "owner:nobody-here" }, expect: { case: "nobody" } },
  ],
});

export const SECRET_KEPT = rule({
  id: "SEC-08",
  title: "A secret's value never leaves the platform",
  on: "output",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "The value of the secret {name} is in the {channel} ({form})",
  hint: "leave it out there, then replace the secret",
  why: "What was shown once is in somebody's terminal, browser or log.",
  source: "Spin: Properties of Secrets",
  check: ({ output }) =>
    leakedIn(output.text, output.secrets).map(({ name, form }) => ({
      fields: { name, form, channel: output.channel },
    })),
  passes: [
    { shows: "nothing of it", output: output("connected as rover") },
    { shows: "its name", output: output("secret rover.x attached") },
  ],
  fails: [
    {
      shows: "as it is",
      output: output("password is hunter2!hunter2"),
      expect: { says: "secret rover.x is in the log" },
    },
    { shows: "in base64", output: output(`"${btoa("hunter2!hunter2")}"`) },
    { shows: "inside something in base64", output: output(btoa("a:hunter2!hunter2")) },
    { shows: "percent-encoded", output: output("pw=hunter2%21hunter2") },
  ],
});

function partsOf({ secret: { name }, policy: { serviceTypes }, facts: { stacks } }: SecretSubject) {
  return parseSecretName(name, { serviceTypes, stacks });
}

function secret(name: string) {
  return { shows: name === "" ? "empty" : name, secret: { name, description: "owner:fred" } };
}

function output(text: string) {
  return { channel: "log", text, secrets: new Map([["rover.x", "hunter2!hunter2"]]) };
}
