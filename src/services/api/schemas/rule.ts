// The rules of the site, as people look them up.

import { Type } from "typebox";
import { list, named, ref, text, word } from "./words.ts";

export const Rule = named("Rule", "A rule of the site.", {
  rule: text("Its name: `SVC-01`."),
  about: text("What it judges: `service`, `stack`, `volume`, …"),
  title: text("What it wants."),
  severity: word(["error", "warning", "info", "style", "off"], "What breaking it means here."),
  good: Type.Optional(text("An example that passes.")),
  bad: Type.Optional(text("One that does not.")),
  message: Type.Optional(text("What it says then.")),
});
export const RuleList = named("RuleList", "The rules of the site.", {
  profile: text("What they begin with: `spin`, …"),
  items: list(ref(Rule), "All rules."),
});

export const PARTS = [Rule];
