// Which build runs after something was done: UPG-01, UPG-02, UPG-03.

import { rule } from "../rule.ts";

const SOURCE = "Spin: Pulling an updated image from registry on restart";
const WHY = "A build must not come into production because a container happened to be restarted.";

export const RESTART_KEEPS = rule({
  id: "UPG-01",
  title: "A restart keeps the build",
  on: "operation",
  severity: "info",
  class: "optional",
  certainty: "certain",
  message: "Restart keeps build {digest} of {service}; the tag points to {next} now",
  hint: "use upgrade to take the new one",
  why: WHY,
  source: SOURCE,
  check: ({ operation: { action, digest, nextDigest, moved } }) => {
    const same = digest === undefined || nextDigest === undefined || digest === nextDigest;
    return action !== "restart" || moved || same ? undefined : { fields: { digest, next: nextDigest } };
  },
  passes: [
    { shows: "the tag did not move", operation: { action: "restart", digest: "sha256:aa", nextDigest: "sha256:aa" } },
  ],
  fails: [
    {
      shows: "the tag moved",
      operation: { action: "restart", service: "web", digest: "sha256:aa", nextDigest: "sha256:bb" },
      expect: { says: "keeps build sha256:aa of web" },
    },
  ],
});

export const MOVE_PULLS = rule({
  id: "UPG-02",
  title: "A container that moves keeps its build",
  on: "operation",
  severity: "info",
  class: "optional",
  certainty: "certain",
  message: "The container of {service} moved; it now runs {next} instead of {digest}",
  hint: "pin the digest at deployment (services: tags: pinned), so that this cannot happen",
  why: WHY,
  source: SOURCE,
  check: ({ operation: { moved, action, digest, nextDigest } }) => {
    const same = digest === undefined || nextDigest === undefined || digest === nextDigest;
    return moved && action !== "upgrade" && !same ? { fields: { digest, next: nextDigest } } : undefined;
  },
  passes: [
    {
      shows: "the same build",
      operation: { action: "restart", moved: true, digest: "sha256:aa", nextDigest: "sha256:aa" },
    },
  ],
  fails: [
    {
      shows: "another one",
      operation: { action: "restart", service: "web", moved: true, digest: "sha256:aa", nextDigest: "sha256:bb" },
    },
  ],
});

export const UPGRADE_PULLS = rule({
  id: "UPG-03",
  title: "An upgrade asks the registry, also with nothing changed",
  on: "operation",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "The upgrade of {stack} would take what the node has, without asking the registry",
  hint: "resolve the tags again",
  why: "Upgrading is how the new build of a tag is taken; it is the only way.",
  source: SOURCE,
  check: ({ operation: { action, pulls } }) => (action === "upgrade" && pulls === false ? {} : undefined),
  passes: [{ shows: "the registry is asked", operation: { action: "upgrade", pulls: true } }],
  fails: [{ shows: "it is not", operation: { action: "upgrade", pulls: false } }],
});
