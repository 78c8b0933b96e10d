// Practices about comments that keep findings quiet. They are found when findings are held against comments
// (`policy/ignores/`), so they have no checks of their own.

import { type Practice, practice } from "../../practice.ts";

const FROM = "FROM docker.io/library/debian:13.1\n";

const UNUSED = practice({
  id: "IGN001",
  title: "Comments that ignore findings are still needed",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "nothing is found here for {name}: the comment that ignores it is not needed",
  hint: "remove it, so that a new finding is seen",
  why: "An exception that outlives its reason hides the next mistake.",
  source: "ours",
  peers: [],
  cases: {
    "unknown-rule": { severity: "warning", message: "there is no rule {name} to ignore", hint: "{advice}" },
    ended: {
      severity: "warning",
      message: "the exception for {names} ended on {until}, and its findings count again",
      hint: "mend what is found, or give a new day with its reason",
    },
    day: {
      severity: "warning",
      message: "{until} is no day, so the exception for {names} does not count",
      hint: "write it like until=2027-01-31",
    },
  },
  fix: "safe",
  checks: {},
  passes: [
    { shows: "no comment", dockerfile: `${FROM}RUN true\n` },
    {
      shows: "a day to come",
      dockerfile: `${FROM}# policy ignore=TOO004 until=2027-01-31 -- moves in January\nRUN true\n`,
    },
    { shows: "an ordinary comment", dockerfile: `${FROM}# our policy: ignore=nothing\nRUN true\n` },
  ],
  fails: [
    {
      shows: "a rule that does not exist",
      dockerfile: `${FROM}# policy ignore=IGN009 -- a slip\nRUN true\n`,
      expect: { case: "unknown-rule", line: 2, says: "IGN009" },
    },
    {
      shows: "a day that has passed",
      dockerfile: `${FROM}# policy ignore=TOO004 until=2026-01-31 -- was to move\nRUN true\n`,
      expect: { case: "ended", says: "2026-01-31" },
    },
    {
      shows: "a day that there is not",
      compose: "# policy file-ignore=RUN001 until=2027-02-30 -- typing\nprivileged: false\n",
      expect: { case: "day", says: "2027-02-30" },
    },
  ],
});

const REASONLESS = practice({
  id: "IGN002",
  title: "Comments that ignore findings give a reason",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "no reason is given, so the exception for {names} does not count",
  hint: "write the reason behind it: -- reason",
  why: "Whoever reads the recipe later has to know whether the exception still holds.",
  source: "ours",
  peers: [],
  checks: {},
  passes: [
    { shows: "with a reason", profile: "nccs", dockerfile: `${FROM}# policy ignore=TOO004 -- needed by X\nRUN true\n` },
    { shows: "where none is demanded", dockerfile: `${FROM}# policy ignore=TOO004\nRUN true\n` },
    {
      shows: "a peer's comment with a reason",
      profile: "nccs",
      dockerfile: `${FROM}# hadolint ignore=DL3004 -- needed by X\nRUN true\n`,
    },
  ],
  fails: [
    {
      shows: "without",
      profile: "nccs",
      dockerfile: `${FROM}# policy ignore=TOO004\nRUN true\n`,
      expect: { line: 2, says: "TOO004" },
    },
    {
      shows: "a peer's comment",
      profile: "nccs",
      dockerfile: `${FROM}# hadolint ignore=DL3004\nRUN true\n`,
      expect: { says: "DL3004" },
    },
  ],
});

const FORBIDDEN = practice({
  id: "IGN003",
  title: "Findings are not ignored by comments where the site forbids it",
  severity: "error",
  class: "recommended",
  certainty: "certain",
  message: "comments may not ignore findings here",
  hint: "ask the site for a waiver in its policy",
  why: "Where exceptions are decided by people who answer for them, a comment must not stand in for that.",
  source: "ours",
  peers: ["DL1001"],
  cases: {
    locked: { message: "{name} may not be ignored by a comment", hint: "ask the site for a waiver in its policy" },
  },
  checks: {},
  passes: [
    { shows: "where it is allowed", dockerfile: `${FROM}# policy ignore=TOO004 -- needed by X\nRUN true\n` },
    {
      shows: "no comment where it is forbidden",
      dockerfile: `${FROM}RUN true\n`,
      policy: { ignores: { allowed: false, reasons: false, locked: [] } },
    },
  ],
  fails: [
    {
      shows: "where it is forbidden",
      dockerfile: `${FROM}# policy ignore=TOO004 -- needed by X\nRUN true\n`,
      policy: { ignores: { allowed: false, reasons: false, locked: [] } },
      expect: { line: 2 },
    },
    {
      shows: "a peer's comment",
      dockerfile: `# check=skip=JSONArgsRecommended\n${FROM}CMD true\n`,
      policy: { ignores: { allowed: false, reasons: false, locked: [] } },
      expect: { line: 1 },
    },
  ],
});

/** All of them. */
export const IGNORES: readonly Practice[] = [UNUSED, REASONLESS, FORBIDDEN];
