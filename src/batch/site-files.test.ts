// Rows 49, 78, 81-83, 85-89 of spec/shifter.md: what the site's files in a container say.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseSiteVolumes } from "../site/volume.ts";
import { accountLine, etcFiles } from "./accounts.ts";
import { formatIdentity, udiIdentity } from "./config-json.ts";
import { filterGroups } from "./group-file.ts";
import { hostsFile } from "./hosts.ts";
import { callingPerson, personalGroups, personByUid } from "./person.ts";
import { ANN, launchOf, moduleOf } from "./testing.ts";

describe("/var/shifterConfig.json", () => {
  test("row 78: is Shifter's string to the byte", () => {
    const launch = launchOf({ modules: [moduleOf("mpich"), moduleOf("gpu")] });
    const id = "a".repeat(64);
    expect(formatIdentity(udiIdentity(launch))).toBe(
      `{"identifier":"${id}","user":"ann","volMap":"","modules":"mpich,gpu,"}`,
    );
  });

  test("row 49: has volumes in an order of their own", () => {
    const volumes = parseSiteVolumes("/d:/c;/a:/b;/q:/r;/a:/c:rec:perNodeCache=size=100M:ro");
    expect(udiIdentity(launchOf({ request: { volumes } })).volMap).toBe(
      "/a:/b;/a:/c:ro:rec:perNodeCache=size=104857600,bs=1048576,method=loop,fstype=xfs;/d:/c;/q:/r",
    );
  });

  test("row 57: does not depend on the order of the volumes", () => {
    const of = (text: string) => udiIdentity(launchOf({ request: { volumes: parseSiteVolumes(text) } }));
    expect(of("/b:/y;/a:/x")).toEqual(of("/a:/x;/b:/y"));
  });
});

describe("/var/hostsfile", () => {
  test("row 81: has a line for each task", () => {
    expect(hostsFile("host1/4")).toBe("host1\n".repeat(4));
  });

  test("row 82: keeps the order of the hosts", () => {
    const lines = hostsFile("host1/24 host2/24 host3/24").split("\n").slice(0, -1);
    expect(lines).toEqual(["host1", "host2", "host3"].flatMap((host) => Array(24).fill(host)));
  });

  test.each(["host1 host2", "", "  ", "host1/", "/4", "h/1;rm", "h/x", "../h/1", "h/99999999"])(
    "row 83: %j is refused",
    (text) => {
      expect(() => hostsFile(text)).toThrow("the list of hosts");
    },
  );
});

describe("the group file", () => {
  const text = "grp1:x:101:\ngrp2:x:102:user1,user3\ngrp3:x:103:user2,user3\ngrp4:x:104:user1,user2,user3\n";

  test.each([
    [31, ["grp2", "grp4"]],
    [1, ["grp2"]],
    [0, []],
  ])("row 88: has the user in at most %i groups, and nobody else", (max, member) => {
    const lines = filterGroups(text, "user1", max).split("\n").slice(0, -1);
    expect(lines.map((line) => line.split(":")[0])).toEqual(["grp1", "grp2", "grp3", "grp4"]);
    expect(lines.filter((line) => line.endsWith(":user1")).map((line) => line.split(":")[0])).toEqual(member);
    expect(lines.join()).not.toMatch(/user[23]/);
  });

  test("row 89: has no group of root's number", () => {
    expect(filterGroups("root:x:0:\nwheel:x:0:user1\na:x:1:\nb:x:000:user1\n", "user1", 31)).toBe("a:x:1:\n");
  });

  test("has the user in the group that is named like him", () => {
    expect(filterGroups("user1:x:5:\nother:x:6:\n", "user1", 31)).toBe("user1:x:5:user1\nother:x:6:\n");
  });

  test("keeps a group without a password, which Shifter lost", () => {
    expect(filterGroups("open::105:user1\nlocked:!:106:user1", "user1", 31)).toBe(
      "open:x:105:user1\nlocked:x:106:user1\n",
    );
  });

  test("drops lines that are none", () => {
    expect(
      filterGroups("\n# x\nbad\nbad:x\nbad:x:one:user1\nbad:x:-1:user1\nbad:x:99999999999:u\n+:::\n", "u", 9),
    ).toBe("");
  });

  test("never makes more memberships than allowed, whatever it is made from", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "u", ":", ",", "\n", "1", "0", "x") }),
        fc.nat(3),
        (any, max) => {
          const lines = filterGroups(any, "u", max)
            .split("\n")
            .filter((line) => line !== "");
          expect(lines.filter((line) => line.endsWith(":u")).length).toBeLessThanOrEqual(max);
          for (const line of lines) expect(line).toMatch(/^[^:]*:x:[1-9]\d*:u?$/);
        },
      ),
      { numRuns: 1000, seed: 5 },
    );
  });
});

describe("the files of a site", () => {
  let dir = "";
  const config = () => ({
    accounts: { kind: "files", path: dir } as const,
    maxGroupCount: 31,
    systemAccounts: false,
  });

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "berth-etc-"));
    writeFileSync(join(dir, "passwd"), "root:x:0:0::/root:/bin/sh\nann:x:1000:1000:Ann:/home/ann:/bin/bash\n");
    writeFileSync(join(dir, "group"), "ann:x:1000:\nteam:x:2000:ann,bob\n");
    writeFileSync(join(dir, "shadow"), "secret");
    writeFileSync(join(dir, "services"), "http 80/tcp\n");
  });

  afterAll(() => rmSync(dir, { recursive: true }));

  test("must be there", () => {
    expect(() => etcFiles(config(), ANN)).toThrow(`cannot read ${dir}/nsswitch.conf`);
    writeFileSync(join(dir, "nsswitch.conf"), "passwd: files\n");
  });

  test("row 77: are shown as they are, but for the groups; never a shadow file", () => {
    expect(etcFiles(config(), ANN)).toEqual([
      { name: "group", content: "ann:x:1000:ann\nteam:x:2000:ann\n" },
      { name: "nsswitch.conf", source: `${dir}/nsswitch.conf` },
      { name: "passwd", source: `${dir}/passwd` },
      { name: "services", source: `${dir}/services` },
    ]);
  });

  test("say who the caller is", () => {
    expect(callingPerson(config(), { uid: 1000, gid: 1000, groups: [2000, 0] })).toEqual({
      ...ANN,
      gids: [1000, 2000],
    });
    expect(accountLine(config(), 1000)).toBe("ann:x:1000:1000:Ann:/home/ann:/bin/bash");
  });

  test.each([
    ["row 80: root", { uid: 0, gid: 0, groups: [] }, "you are root"],
    ["row 84: root's group", { uid: 1000, gid: 0, groups: [] }, "you are in the group root"],
    ["somebody the site does not know", { uid: 4711, gid: 1, groups: [] }, "does not know the uid 4711"],
  ])("%s is refused", (_, ids, why) => {
    expect(() => callingPerson(config(), ids)).toThrow(/^Failed to lookup username or attempted to run as root: /);
    expect(() => callingPerson(config(), ids)).toThrow(why);
  });

  test("row 84: root and gid 0 are nobody to set up for", () => {
    expect(() => personByUid(config(), 0)).toThrow("FAILED to lookup auxiliary gids: the user is root");
    expect(() => personByUid(config(), 1000, { gid: 0 })).toThrow("FAILED to lookup auxiliary gids");
  });
});

describe("the groups of a user", () => {
  test.each([
    ["row 85: his groups", 990, [10, 990, 1000], [990, 10, 1000]],
    ["row 86: root's group becomes the primary one", 990, [0, 10], [990, 10]],
    ["row 87: the primary one alone", 990, [], [990]],
  ])("%s", (_, gid, groups, want) => {
    expect(personalGroups(gid, groups)).toEqual(want);
  });

  test("are refused when they are too many", () => {
    expect(() =>
      personalGroups(
        1,
        Array.from({ length: 513 }, (_, n) => n),
      ),
    ).toThrow("513 groups are more than 512");
  });
});
