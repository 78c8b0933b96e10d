import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AllowedSigner, type Demand, decide, type Mode, type SignaturePolicy, strictest } from "./policy.ts";

const ada: AllowedSigner = { kind: "pgp", id: "A".repeat(40) };
const bob: AllowedSigner = { kind: "key", id: "b".repeat(64), path: "/keys/bob.pem" };
const off: Demand = { mode: "off", signers: [], need: "any" };

function policy(rules: SignaturePolicy["rules"], fallback: Demand = off): SignaturePolicy {
  return { file: "/etc/policy", rules, fallback };
}
const apps = { on: "path", prefix: "/apps", mode: "enforce", signers: [ada, bob], need: "any" } as const;
const at = (name: string) => ({ kind: "path", name }) as const;
const by = (...signers: AllowedSigner[]) => ({ signers, why: undefined });

describe("a signature policy", () => {
  test("lets an image pass that one of the named signers has signed", () => {
    expect(decide(policy([apps]), at("/apps/a.sif"), by(bob)).action).toBe("allow");
    expect(decide(policy([apps]), at("/apps/a.sif"), by(ada, bob)).action).toBe("allow");
  });

  test("refuses what nobody, or somebody else, has signed", () => {
    const other: AllowedSigner = { kind: "pgp", id: "C".repeat(40) };
    expect(decide(policy([apps]), at("/apps/a.sif"), by()).action).toBe("refuse");
    expect(decide(policy([apps]), at("/apps/a.sif"), by(other)).action).toBe("refuse");
  });

  test("only warns where it is told to", () => {
    const warn = policy([{ ...apps, mode: "warn" }]);
    expect(decide(warn, at("/apps/a.sif"), by()).action).toBe("warn");
  });

  test("may need all of its signers", () => {
    const both = policy([{ ...apps, need: "all" }]);
    expect(decide(both, at("/apps/a.sif"), by(ada)).why).toMatch(/^1 of the 2 signatures/);
    expect(decide(both, at("/apps/a.sif"), by(ada, bob)).action).toBe("allow");
  });

  test("does not take a fingerprint for a plain key's digest", () => {
    const mixed = policy([{ ...apps, signers: [{ kind: "key", id: ada.id, path: "/k" }] }]);
    expect(decide(mixed, at("/apps/a.sif"), by(ada)).action).toBe("refuse");
  });

  test("goes by the longest prefix, and prefixes end where names do", () => {
    const inner = { ...apps, prefix: "/apps/free", mode: "off" } as const;
    const both = policy([apps, inner]);
    expect(decide(both, at("/apps/free/a.sif"), by()).action).toBe("allow");
    expect(decide(both, at("/apps/freedom.sif"), by()).action).toBe("refuse");
    expect(decide(both, at("/apps-old/a.sif"), by())).toMatchObject({ action: "allow", rule: "default" });
  });

  test("counts no slashes at the end of a prefix", () => {
    const inner = { ...apps, prefix: "/apps/x", mode: "enforce" } as const;
    const both = policy([inner, { ...apps, prefix: "/apps//////", mode: "off" }]);
    expect(decide(both, at("/apps/x/a.sif"), by()).action).toBe("refuse");
  });

  test("holds paths and repositories apart", () => {
    const registry = policy([{ ...apps, on: "repository", prefix: "host/apps" }]);
    expect(decide(registry, { kind: "repository", name: "host/apps/x" }, by()).action).toBe("refuse");
    expect(decide(registry, at("host/apps/x"), by()).action).toBe("allow");
  });

  test("may forbid everything by naming no signer", () => {
    const none = policy([], { mode: "enforce", signers: [], need: "all" });
    expect(decide(none, at("/x"), by(ada, bob)).action).toBe("refuse");
  });

  test("never lets an unsigned image pass where signatures are enforced", () => {
    const demand = fc.record({
      mode: fc.constantFrom<Mode[]>("enforce"),
      signers: fc.subarray([ada, bob]),
      need: fc.constantFrom("any" as const, "all" as const),
    });
    fc.assert(
      fc.property(demand, fc.string(), (fallback, name) => {
        expect(decide(policy([], fallback), at(name), by()).action).toBe("refuse");
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("of several, the strictest counts", () => {
    const verdicts = (["allow", "refuse", "warn"] as const).map((action) => ({ action }));
    expect(strictest(verdicts)?.action).toBe("refuse");
    expect(strictest([{ action: "allow" }, { action: "warn" }])?.action).toBe("warn");
    expect(strictest([])).toBeUndefined();
  });
});
