import { describe, expect, test } from "vitest";
import { parseReference } from "../../oci/reference.ts";
import { identityFault, type SignedIdentity } from "./identity.ts";
import { demandsOn, type Requirement, scopesOf } from "./policy.ts";
import { parseContainersPolicy } from "./read-policy.ts";

const REJECT = [{ kind: "reject" }] as const satisfies readonly Requirement[];
const ACCEPT = [{ kind: "accept" }] as const satisfies readonly Requirement[];
const DIGEST = `sha256:${"a".repeat(64)}`;

describe("scopes", () => {
  test("of a name go from itself to everything", () => {
    expect(scopesOf(parseReference("r.example.org:5000/a/b:1"))).toEqual([
      ...["r.example.org:5000/a/b:1", "r.example.org:5000/a/b", "r.example.org:5000/a", "r.example.org:5000"],
      ...["*.example.org", "*.org", ""],
    ]);
    expect(scopesOf(parseReference(`r.example.org/a:1@${DIGEST}`))[0]).toBe(`r.example.org/a@${DIGEST}`);
  });

  test("are chosen by the narrowest that has requirements", () => {
    const docker = new Map<string, readonly Requirement[]>([
      ["r.org/team", ACCEPT],
      ["r.org/team/bad", REJECT],
      ["docker.io/library", ACCEPT],
    ]);
    const policy = { fallback: REJECT, docker };
    const scope = (name: string) => demandsOn(policy, parseReference(name)).scope;
    expect(scope("r.org/team/x:1")).toBe("r.org/team");
    expect(scope("r.org/team/bad/x:1")).toBe("r.org/team/bad");
    expect(scope("r.org/teams:1")).toBe("default");
    expect(scope("alpine")).toBe("docker.io/library");
    expect(demandsOn({ ...policy, docker: new Map([["", ACCEPT]]) }, parseReference("x.org/y"))).toEqual({
      scope: "docker",
      requirements: ACCEPT,
    });
  });
});

describe("the identity in a signature", () => {
  const good = (identity: SignedIdentity, asked: string, named: string | undefined) =>
    identityFault(identity, parseReference(asked), named) === undefined;

  test.each<[SignedIdentity, string, string | undefined, boolean]>([
    [{ type: "matchRepository" }, "r.org/a:1", "r.org/a", true],
    [{ type: "matchRepository" }, "r.org/a:1", "r.org/b", false],
    [{ type: "matchRepository" }, "r.org/a:1", undefined, true],
    [{ type: "matchRepository" }, "alpine:1", "index.docker.io/library/alpine", true],
    [{ type: "matchRepoDigestOrExact" }, "r.org/a:1", "r.org/a:1", true],
    [{ type: "matchRepoDigestOrExact" }, "r.org/a:1", "r.org/a:2", false],
    [{ type: "matchRepoDigestOrExact" }, "r.org/a:1", "r.org/a", false],
    [{ type: "matchRepoDigestOrExact" }, `r.org/a@${DIGEST}`, "r.org/a", true],
    [{ type: "matchRepoDigestOrExact" }, "r.org/a:1", undefined, false],
    [{ type: "matchExact" }, "r.org/a:1", "r.org/a:1", true],
    [{ type: "matchExact" }, `r.org/a@${DIGEST}`, "r.org/a:1", false],
    [{ type: "exactReference", dockerReference: "o.org/x:1" }, "r.org/a:1", "o.org/x:1", true],
    [{ type: "exactReference", dockerReference: "o.org/x:1" }, "r.org/a:1", "r.org/a:1", false],
    [{ type: "exactRepository", dockerRepository: "o.org/x" }, "r.org/a:1", "o.org/x:7", true],
    [{ type: "exactRepository", dockerRepository: "o.org/x" }, "r.org/a:1", undefined, false],
    [{ type: "remapIdentity", prefix: "m.org", signedPrefix: "o.org/p" }, "m.org/a:1", "o.org/p/a:1", true],
    [{ type: "remapIdentity", prefix: "m.org", signedPrefix: "o.org/p" }, "m.org.x/a:1", "o.org/p/a:1", false],
  ])("%o, asked for %s, signed for %s: %s", (identity, asked, named, expected) => {
    expect(good(identity, asked, named)).toBe(expected);
  });
});

describe("a policy file", () => {
  const mistake = async (policy: string) =>
    parseContainersPolicy(policy, "/p.json").then(
      () => "none",
      ({ code, message, hint }) => `${code} ${message}; ${hint}`,
    );
  const docker = (requirement: object) =>
    JSON.stringify({ default: [{ type: "reject" }], transports: { docker: { "r.org": [requirement] } } }, null, 1);

  test("may say of other transports what it wants", async () => {
    const text = '{"default": [{"type": "reject"}], "transports": {"docker-daemon": {"": [{"type": "new"}]}}}';
    expect(await parseContainersPolicy(text, "/p")).toEqual({ fallback: REJECT, docker: new Map() });
  });

  test.each([
    ["[]", "/p.json:1:1: it is no object"],
    ["{}", "/p.json:1:1: it has no default"],
    ['{"default": []}', "/p.json:1:13: there is no list of requirements"],
    ['{"default": [{"type": "acceptAll"}]}', "/p.json:1:23: no requirement is called acceptAll"],
    ['{"default": [{"type": "reject"}],\n "default": [{"type": "insecureAcceptAnything"}]}', "/p.json:2:2: Map keys"],
    ['{"default": [{"type": "reject"}],\n "transport": {}}', "/p.json:2:15: transport is not known here"],
    [docker({ type: "signedBy", keyType: "GPGKeys", keyPath: "/k" }), "/p.json:10:5: signedBy needs OpenPGP"],
    [docker({ type: "sigstoreSigned", fulcio: {} }), "/p.json:12:16: fulcio cannot be checked"],
    [docker({ type: "sigstoreSigned" }), "sigstoreSigned needs one of keyPath"],
    [docker({ type: "sigstoreSigned", keyPath: "k.pub" }), "/p.json:12:17: k.pub does not begin with /"],
    [docker({ type: "sigstoreSigned", keyPath: "/none/k.pub" }), "cannot use the key /none/k.pub: it does not exist"],
    [docker({ type: "sigstoreSigned", keyData: "bm9uZQ==" }), "there is no public key in it"],
    [docker({ type: "sigstoreSigned", keyPath: "/k", rekorPublicKeyPath: "/r" }), "leave it out"],
  ])("is refused with the place and the cure: %s", async (text, expected) => {
    expect(await mistake(text)).toMatch(/^E_CONTAINERS_POLICY the signature policy cannot be used: /);
    expect(await mistake(text)).toContain(expected);
  });
});
