// Grammars of names.

import { expect, test } from "vitest";
import { isLabel, labelOf, parseSecretName, typeOfService } from "./names.ts";
import { SPIN } from "./profiles/spin.ts";

const { serviceTypes } = SPIN;
const stacks = new Map([
  ["rover", {}],
  ["db", {}],
]);

test.each<[string, readonly [string | undefined, string, string] | undefined]>([
  ["db.rover.mysql_password", ["db", "rover", "mysql_password"]],
  ["rover.mysql_password", [undefined, "rover", "mysql_password"]],
  ["rover.my.cnf", [undefined, "rover", "my.cnf"]],
  ["db.rover.my.cnf", ["db", "rover", "my.cnf"]],
  // `db` is a stack, too, and there is no stack `my`.
  ["db.my.cnf", [undefined, "db", "my.cnf"]],
  ["cache.rover.x", [undefined, "cache", "rover.x"]],
  ["password1", undefined],
  ["Rover.x", undefined],
  ["rover..x", undefined],
  ["rover.x.", undefined],
  ["rover/x.y", undefined],
  ["", undefined],
])("the secret %s", (name, parts) => {
  const read = parseSecretName(name, { serviceTypes, stacks });
  expect(read && [read.service, read.stack, read.file]).toEqual(parts);
});

test("without a list of stacks, three parts that can be a service's are one", () => {
  expect(parseSecretName("db.my.cnf", { serviceTypes })).toEqual({ service: "db", stack: "my", file: "cnf" });
});

test.each([
  ["db-mysql", "db"],
  ["web", "web"],
  ["webs", undefined],
  ["web-", undefined],
  ["web--a", undefined],
  ["web-A", undefined],
  ["toString", undefined],
])("the type of %s is %s", (name, type) => {
  expect(typeOfService(name, serviceTypes)).toBe(type);
});

test.each([
  ["My Portal", "my-portal"],
  ["2fast", "fast"],
  ["Rover's (new)", "rover-s-new"],
  ["___", "stack"],
  ["x".repeat(300), "x".repeat(63)],
])("a label for %s is %s", (text, label) => {
  expect(labelOf(text)).toBe(label);
  expect(isLabel(labelOf(text))).toBe(true);
});
