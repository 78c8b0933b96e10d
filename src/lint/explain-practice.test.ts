import { expect, test } from "vitest";
import { explainRules } from "../policy/explain.ts";
import { PRACTICES } from "../policy/practices/practices.ts";
import { GENERIC } from "../policy/profiles/generic.ts";
import { explainPractice, explainStackRule } from "./explain-practice.ts";

test("a practice tells its cases, too", () => {
  const practice = PRACTICES.find(({ id }) => id === "USR001");
  expect(practice && explainPractice(practice, GENERIC)).toContain(
    "It says: no USER: the container runs as root\n         the last USER is {user}: the container runs as root  (USR001:root)\nDo: ",
  );
});

test("every rule of services is told as a practice is", () => {
  for (const row of explainRules(GENERIC)) {
    const text = explainStackRule(row, GENERIC);
    expect(text).toMatch(/^[A-Z]{2,3}-\d\d: .+\n.+ in the profile generic; .+\n\n.+\n\nIt says: /);
    expect(text).toContain("\nFound: ");
    expect(text).toContain("\nIn order: ");
  }
});
