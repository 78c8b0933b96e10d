// Passwords of accounts in an image: SEC005.

import { practice } from "../../practice.ts";
import type { AuditSubject } from "../../practice-subjects.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleFiles } from "../example-parts.ts";

function accounts(texts: Readonly<Record<string, string>>) {
  return { files: exampleFiles([], { texts: new Map(Object.entries(texts)) }) };
}

export const IMAGE_ACCOUNTS = practice({
  id: "SEC005",
  title: "Accounts of an image have no password",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{account} has a password in /{path}",
  hint: "lock the account in the step that makes it: passwd -l, or useradd without -p",
  why: "Everybody who has the image can try passwords against it at leisure; an empty one lets everybody in.",
  source: "N2.12",
  peers: ["DKL-LI-0001", "CIS-DI-0008"],
  controls: ["NIST 800-190 3.1.2"],
  cases: {
    empty: { message: "{account} has an empty password in /{path}: everybody becomes it" },
    group: { message: "the group {account} has a password in /{path}", hint: "remove it: gpasswd -r {account}" },
  },
  checks: { image: hitsOf },
  passes: [
    {
      shows: "locked accounts",
      image: accounts({
        "etc/passwd": "root:x:0:0:root:/root:/bin/sh\napp:*:1:1::/:\n",
        "etc/shadow": "root:*:19000:0:99999:7:::\napp:!:19000::::::\nx:!$6$a$b:19000::::::\ny:!!:1::::::\n",
        "etc/group": "root:x:0:\nwheel::10:\n",
        "etc/gshadow": "root:*::\nwheel:!::\n",
      }),
    },
    { shows: "no accounts at all", image: accounts({}) },
  ],
  fails: [
    {
      shows: "a hash",
      image: accounts({ "etc/shadow": "root:$6$salt$hash:19000:0:99999:7:::\n" }),
      expect: { says: "root has a password in /etc/shadow" },
    },
    {
      shows: "an empty field",
      image: accounts({ "etc/shadow": "root::19000:0:99999:7:::\n" }),
      expect: { case: "empty" },
    },
    {
      shows: "an empty field in passwd",
      image: accounts({ "etc/passwd": "app::1:1::/:\n" }),
      expect: { case: "empty" },
    },
    { shows: "a hash in passwd", image: accounts({ "etc/passwd": "app:abJnggxhB/yWI:1:1::/:\n" }) },
    { shows: "a group", image: accounts({ "etc/gshadow": "wheel:$6$a$b::\n" }), expect: { case: "group" } },
    { shows: "nobody looked", image: { files: undefined }, expect: { certainty: "unknown" } },
  ],
});

function hitsOf({ image: { files } }: AuditSubject): readonly Hit[] {
  if (!files) return [unknown("which accounts the image has")];
  const of = (path: string) =>
    linesOf(files.texts.get(path) ?? "").map(([account, field]) => ({ account, field, path }));
  const people = [...of("etc/passwd"), ...of("etc/shadow")].flatMap(({ account, field, path }) => {
    if (field === "") return [{ case: "empty", fields: { account, path } }];
    return isPassword(field) ? [{ fields: { account, path } }] : [];
  });
  const groups = [...of("etc/group"), ...of("etc/gshadow")].filter(({ field }) => isPassword(field));
  return [...people, ...groups.map(({ account, path }) => ({ case: "group", fields: { account, path } }))];
}

function linesOf(text: string): readonly (readonly [account: string, field: string])[] {
  return text.split("\n").flatMap((line) => {
    const [account = "", field] = line.split(":");
    // Lines that begin with a sign take accounts over from elsewhere.
    return field === undefined || /^[+#-]/.test(account) || account === "" ? [] : [[account, field] as const];
  });
}

// Whatever begins with a sign that no hash has is locked.
function isPassword(field: string): boolean {
  return field !== "" && field !== "x" && !/^[!*]/.test(field);
}
