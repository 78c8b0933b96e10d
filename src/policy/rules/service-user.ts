// As whom services run: SVC-03.

import { APP_FOLDER, bind } from "../example-parts.ts";
import { rule, unknown } from "../rule.ts";

export const SERVICE_USER = rule({
  id: "SVC-03",
  title: "A service does not run as root",
  on: "service",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{service} runs as root",
  hint: "set user: UID:GID",
  why: "A program that is taken over does less harm as an ordinary user, and files keep the owners they should have.",
  source: "Spin: Security Recommendations",
  cases: {
    external: {
      severity: "error",
      message: "{service} runs as root and mounts {mount}, an external file system",
      hint: "set user: to the number of an account with access to the files, and its group: 501:124",
    },
    fault: {
      severity: "error",
      message: "The user {user} of {service} {fault}",
      hint: "write numbers: user: 1000:1000",
    },
  },
  unknown: "warning",
  check: ({ runAs, external, service }) => {
    const at = service.user === undefined ? undefined : "/user";
    if (runAs.fault !== undefined) return { case: "fault", at, fields: { user: runAs.written, fault: runAs.fault } };
    if (runAs.root === undefined) {
      const what =
        runAs.written === undefined
          ? "nobody looked up the image's user"
          : `the image's number of ${runAs.written} was not looked up`;
      return unknown(what, at);
    }
    if (!runAs.root) return undefined;
    const mount = external[0]?.written ?? external[0]?.storageClassName;
    // Root of a group is Spin's own way for images that cannot change their user.
    const lent = runAs.groupWritten && runAs.gid !== 0;
    return external.length > 0 && !lent ? { case: "external", at, fields: { mount } } : { at };
  },
  passes: [
    { shows: "user: 1000:1000", service: { user: "1000:1000" } },
    { shows: "the image's own user", service: { user: undefined }, image: { user: "1000" } },
    {
      shows: "a name that the image has",
      service: { user: "app" },
      image: { users: [{ name: "app", uid: 7, gid: 7 }] },
    },
  ],
  fails: [
    { shows: "no user", service: { user: undefined }, image: { user: "" }, expect: { pointer: "/services/web" } },
    ...["root", "0", "0:0", "+0", "-0", "00", " 0 ", "root:root", ":1000", "0:1000"].map((user) => ({
      shows: `user: "${user}"`,
      service: { user },
      expect: { severity: "warning", pointer: "/services/web/user" } as const,
    })),
    {
      shows: "no user, with an external file system",
      service: { user: undefined, mounts: [bind(APP_FOLDER)] },
      image: { user: "" },
      expect: { case: "external", severity: "error", says: "/global/project" },
    },
    {
      shows: "root:genome with an external file system (as Spin allows)",
      service: { user: "root:124", mounts: [bind(APP_FOLDER)] },
      expect: { severity: "warning" },
    },
    {
      shows: "a name that stands for 0 in the image",
      service: { user: "toor" },
      image: { users: [{ name: "toor", uid: 0, gid: 0 }] },
    },
    { shows: "image not looked up", service: { user: undefined }, image: {}, expect: { certainty: "unknown" } },
    {
      shows: "a name, image's accounts not known",
      service: { user: "app" },
      image: {},
      expect: { certainty: "unknown" },
    },
    { shows: "user: 1:2:3", service: { user: "1:2:3" }, expect: { case: "fault", severity: "error" } },
    { shows: "user: 4294967296", service: { user: "4294967296" }, expect: { case: "fault" } },
  ],
});
