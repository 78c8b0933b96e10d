// Passwords and accounts of a real slapd.

import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openLdap } from "../../src/accounts/ldap.ts";
import type { LdapConfig } from "../../src/site/services/accounts.ts";
import { hasSlapd, SUFFIX, startSlapd, type TestSlapd } from "../support/slapd.ts";

const person = (user: string, uid: number, password: string, more = "") => `
dn: uid=${user},ou=people,${SUFFIX}
objectClass: account
objectClass: posixAccount
uid: ${user}
cn: ${user} of Bedrock
uidNumber: ${uid}
gidNumber: 500
homeDirectory: /home/${user}
userPassword: ${password}${more}
`;

const LDIF = `
dn: ou=people,${SUFFIX}
objectClass: organizationalUnit
ou: people

dn: ou=groups,${SUFFIX}
objectClass: organizationalUnit
ou: groups

dn: cn=lookup,${SUFFIX}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: lookup
userPassword: lookup secret
${person("fred", 501, "yabba dabba")}${person("wilma", 502, "pebbles")}${person("star*(x)", 503, "odd")}
dn: uid=barney-without,ou=people,${SUFFIX}
objectClass: account
objectClass: posixAccount
uid: barney-without
cn: barney
uidNumber: 506
gidNumber: 500
homeDirectory: /

dn: uid=twin,ou=people,${SUFFIX}
objectClass: account
objectClass: posixAccount
uid: twin
cn: twin
uidNumber: 504
gidNumber: 500
homeDirectory: /

dn: uid=twin,ou=groups,${SUFFIX}
objectClass: account
objectClass: posixAccount
uid: twin
cn: twin
uidNumber: 505
gidNumber: 500
homeDirectory: /
userPassword: twin

dn: cn=bedrock,ou=groups,${SUFFIX}
objectClass: posixGroup
cn: bedrock
gidNumber: 500

dn: cn=genome,ou=groups,${SUFFIX}
objectClass: posixGroup
cn: genome
gidNumber: 124
memberUid: fred
memberUid: fredrik
`;

describe.skipIf(!hasSlapd)("a directory (skipped, because slapd is not installed, where it says so)", () => {
  let slapd: TestSlapd;
  let config: LdapConfig;
  beforeAll(async () => {
    slapd = await startSlapd(LDIF);
    config = {
      ...{ url: slapd.url, startTls: false, caFile: undefined, bindDn: undefined, bindPasswordFile: undefined },
      peopleBase: `ou=people,${SUFFIX}`,
      peopleFilter: "(&(objectClass=posixAccount)(uid={user}))",
      groupBase: `ou=groups,${SUFFIX}`,
      groupFilter: "(&(objectClass=posixGroup)(memberUid={user}))",
      directory: true,
    };
  });
  afterAll(() => slapd?.stop());

  test("knows right passwords from wrong ones", async () => {
    const ldap = openLdap(config);
    expect(await ldap.proves("fred", "yabba dabba")).toBe(true);
    expect(await ldap.proves("fred", "pebbles")).toBe(false);
    expect(await ldap.proves("barney", "yabba dabba")).toBe(false);
  });

  test("says of an account without a password no more than of a wrong one", async () => {
    expect(await openLdap(config).proves("barney-without", "x")).toBe(false);
  });

  test("takes no empty password, which LDAP itself would call a success", async () => {
    expect(await openLdap(config).proves("fred", "")).toBe(false);
  });

  test.each(["*", "fred)(uid=*", "fred*", "*)(|(uid=*", "\0", "fred\\2a", ""])(
    "is not led astray by the name %j",
    async (name) => {
      const ldap = openLdap(config);
      expect(await ldap.proves(name, "yabba dabba")).toBe(false);
      expect(await ldap.person(name)).toBeUndefined();
      expect(await ldap.groupNumber(name)).toBeUndefined();
    },
  );

  test("finds people whose names have letters that filters use", async () => {
    expect(await openLdap(config).proves("star*(x)", "odd")).toBe(true);
  });

  test("finds a person with numbers and groups, the primary one first", async () => {
    const ldap = openLdap(config);
    const fred = { user: "fred", uid: 501, gid: 500, name: "fred of Bedrock", gids: [500, 124] };
    const found = await ldap.person("fred");
    expect(found).toMatchObject(fred);
    expect([...(found?.groups ?? [])].sort()).toEqual(["bedrock", "genome"]);
    expect(await ldap.personNumbered(501)).toMatchObject(fred);
    expect((await ldap.person("wilma"))?.gids).toEqual([500]);
    expect(await ldap.groupNumber("genome")).toBe(124);
  });

  test("takes no other spelling of a name for the name", async () => {
    expect(await openLdap(config).person("FRED")).toBeUndefined();
  });

  test("of two entries for one name takes neither", async () => {
    const both = openLdap({ ...config, peopleBase: SUFFIX });
    expect(await both.proves("twin", "twin")).toBe(false);
    expect(await both.person("twin")).toBeUndefined();
  });

  test("is asked over TLS with the site's authority, and not without", async () => {
    for (const [url, startTls] of [
      [slapd.tlsUrl.replace("127.0.0.1", "localhost"), false],
      [slapd.url.replace("127.0.0.1", "localhost"), true],
    ] as const) {
      expect(await openLdap({ ...config, url, startTls, caFile: slapd.ca }).proves("fred", "yabba dabba")).toBe(true);
      await expect(openLdap({ ...config, url, startTls }).proves("fred", "yabba dabba")).rejects.toMatchObject({
        code: "E_ACCOUNTS_AWAY",
        http: 503,
      });
    }
  });

  test("is asked by the site's own account where that is wanted", async () => {
    const bindPasswordFile = join(slapd.folder, "password");
    writeFileSync(bindPasswordFile, "lookup secret\n", { mode: 0o600 });
    const known = { ...config, bindDn: `cn=lookup,${SUFFIX}`, bindPasswordFile };
    expect(await openLdap(known).proves("fred", "yabba dabba")).toBe(true);
    writeFileSync(bindPasswordFile, "wrong\n");
    const failure = await openLdap(known)
      .proves("fred", "yabba dabba")
      .catch((error: Error) => error);
    expect(failure).toMatchObject({ code: "E_ACCOUNTS_AWAY" });
    expect(JSON.stringify(failure) + String(failure)).not.toContain("wrong\n");
  });

  test("that is away is said to be away", async () => {
    const away = openLdap({ ...config, url: "ldap://127.0.0.1:1" });
    await expect(away.person("fred")).rejects.toMatchObject({
      code: "E_ACCOUNTS_AWAY",
      message: /directory of accounts/,
    });
  });
});

// RFC 4511, 4.2.2 and appendix A: what servers answer for accounts that are locked or switched off. A server of a few bytes,
// since slapd has one word for all of them.
test.each([
  ["an account without password", 48],
  ["too many wrong passwords", 19],
  ["an account that is switched off", 53],
])("a directory that refuses a password because of %s refuses it", async (_why, code) => {
  const dn = Buffer.from("uid=fred,o=x");
  const wrap = (tag: number, ...parts: readonly Buffer[]) => {
    const inside = Buffer.concat(parts);
    return Buffer.concat([Buffer.from([tag, inside.length]), inside]);
  };
  const result = (tag: number, status: number) => wrap(tag, Buffer.from([10, 1, status, 4, 0, 4, 0]));
  const server = createServer((socket) =>
    socket.on("data", (asked) => {
      const at = 2 + ((asked[1] ?? 0) > 128 ? (asked[1] ?? 0) - 128 : 0);
      const [id, tag] = [asked.subarray(at, at + 3), asked[at + 3]];
      if (tag === 0x60) socket.write(wrap(0x30, id, result(0x61, code)));
      if (tag !== 0x63) return;
      socket.write(wrap(0x30, id, wrap(0x64, wrap(4, dn), Buffer.from([0x30, 0]))));
      socket.write(wrap(0x30, id, result(0x65, 0)));
    }),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    const names = {
      peopleBase: "o=x",
      peopleFilter: "(uid={user})",
      groupBase: "o=x",
      groupFilter: "(memberUid={user})",
    };
    const none = {
      startTls: false,
      caFile: undefined,
      bindDn: undefined,
      bindPasswordFile: undefined,
      directory: false,
    };
    const ldap = openLdap({ url: `ldap://127.0.0.1:${port}`, ...names, ...none });
    expect(await ldap.proves("fred", "yabba dabba")).toBe(false);
  } finally {
    server.close();
  }
});
