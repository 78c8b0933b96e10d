// Users of images: DF-01, DF-02.

import { bare, finalChain } from "../dockerfile-view.ts";
import { commandsIn, finalSteps } from "../practices/recipe-parts.ts";
import { viewRecipe } from "../recipe-view/recipe-view.ts";
import { rule, unknown } from "../rule.ts";
import type { BuildSubject } from "../subjects.ts";

export const BUILD_USER = rule({
  id: "DF-01",
  title: "An image has a user who is not root",
  on: "build",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "The image of {service} runs as root",
  hint: "add a line USER UID:GID to the Dockerfile, after what must be done as root",
  why: "Whoever starts the image without thinking of it gets what the image says.",
  source: "Spin: Security Recommendations",
  check: (subject) => {
    // The recipe's user replaces the image's.
    if (subject.of?.service.user?.trim()) return undefined;
    const user = userOf(subject);
    if (user === undefined) return unknown("neither the image nor its Dockerfile was looked at", "/image");
    return /^([+-]?0+|root|)(:|$)/.test(user.trim()) ? { at: "/image" } : undefined;
  },
  passes: [
    { shows: "USER 1000", service: { user: undefined }, dockerfile: "FROM debian:12\nUSER 1000\n" },
    {
      shows: "in the stage below",
      service: { user: undefined },
      dockerfile: "FROM debian:12 AS base\nUSER 1000\nFROM base\nCMD x\n",
    },
    { shows: "the recipe says another", service: { user: "1000:1000" }, dockerfile: "FROM debian:12\n" },
  ],
  fails: [
    { shows: "none", service: { user: undefined }, dockerfile: "FROM debian:12\nCMD x\n" },
    {
      shows: "USER root at the end",
      service: { user: undefined },
      dockerfile: "FROM debian:12\nUSER 1000\nUSER root\n",
    },
    {
      shows: "in another stage only",
      service: { user: undefined },
      dockerfile: "FROM debian:12 AS a\nUSER 1000\nFROM debian:12\n",
    },
    { shows: "the image's configuration", service: { user: undefined }, image: { user: "0:0" } },
    { shows: "not known", service: { user: undefined }, image: {}, expect: { certainty: "unknown" } },
  ],
});

function userOf({ image, dockerfile }: BuildSubject): string | undefined {
  if (image?.user !== undefined) return image.user;
  if (!dockerfile) return undefined;
  const last = finalChain(dockerfile).findLast(({ keyword }) => keyword === "USER");
  return last?.keyword === "USER" ? bare(last.word) : "";
}

export const BUILD_ACCOUNTS = rule({
  id: "DF-02",
  title: "The user that a service runs as is defined in the image",
  on: "build",
  severity: "warning",
  class: "required",
  certainty: "certain",
  message: "User {uid} is not defined in the image of {service}",
  hint: "add RUN groupadd -g {gid} {group} && useradd -u {uid} -g {gid} {user} to the Dockerfile, when programs look up who they are",
  why: "Programs that ask for the name of their user stop when there is none.",
  source: "Spin: Dockerfile Statements for setting a container user and group",
  check: (subject) => {
    const { of, facts } = subject;
    const { uid, gid = 0, by } = of?.runAs ?? {};
    if (by !== "service" || uid === undefined || uid === 0) return undefined;
    const defined = isDefined(subject, uid);
    if (defined === undefined) return unknown("the accounts of the image were not looked up", "/user");
    const account = [...(facts.people?.values() ?? [])].find((person) => person?.uid === uid);
    const group = account?.groups.find((one) => one.gid === gid)?.name ?? "GROUP";
    return defined ? undefined : { at: "/user", fields: { uid, gid, group, user: account?.name ?? "USER" } };
  },
  passes: [
    {
      shows: "RUN groupadd -g 124 genome && useradd -u 501 -g 124 …",
      service: { user: "501:124" },
      dockerfile:
        "FROM debian:12\nRUN groupadd -g 124 genome && \\\n  useradd -u 501 -g 124 -c 'Collaboration Account' c_flintstones\n",
    },
    { shows: "in the image's files", service: { user: "501" }, image: { users: [{ name: "c", uid: 501, gid: 124 }] } },
  ],
  fails: [
    {
      shows: "uid 501 unknown",
      service: { user: "501:124" },
      image: { users: [{ name: "root", uid: 0, gid: 0 }] },
      expect: { says: "User 501 is not defined" },
    },
    {
      shows: "another uid",
      service: { user: "501:124" },
      dockerfile: "FROM debian:12\nRUN useradd -u 5010 x\n",
      expect: { certainty: "unknown" },
    },
    { shows: "not known", service: { user: "501:124" }, image: {}, expect: { certainty: "unknown" } },
  ],
});

// What a base brings is not in the Dockerfile: not finding an account there says nothing.
function isDefined({ image, dockerfile }: BuildSubject, uid: number): boolean | undefined {
  if (image?.users !== undefined) return image.users.some((user) => user.uid === uid);
  const steps = dockerfile ? finalSteps(viewRecipe(dockerfile.source, "dockerfile")) : [];
  const made = commandsIn(steps, "build").some(({ command: { name, words } }) => {
    if (name !== "useradd" && name !== "adduser") return false;
    return words.some(({ value = "" }, at) =>
      /^(-u|--uid)$/.test(value) ? words[at + 1]?.value === String(uid) : value === `--uid=${uid}`,
    );
  });
  return made ? true : undefined;
}
