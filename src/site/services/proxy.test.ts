import { describe, expect, test } from "vitest";
import { findings } from "../findings.ts";
import { resolveProxy } from "./proxy.ts";

const place = () => ({
  path: ["services", "proxy"],
  at: (path: string) => `/etc/berth/${path}`,
  stateDir: "/state",
  found: findings(),
});

describe("the proxy's configuration", () => {
  test("is complete without a word", () => {
    expect(resolveProxy(undefined, place())).toMatchObject({
      http: { host: "0.0.0.0", port: 80 },
      https: { host: "0.0.0.0", port: 443 },
      ...{ publicHttpsPort: 443, processes: 2, internalAuthority: true, certificatesDir: "/state/certificates" },
      ...{ timeoutMs: 60_000, acme: undefined, accessLog: undefined, endWithServer: false },
    });
  });

  test("says what is wrong with it, all at once", () => {
    const around = place();
    const acme = { directory: "https://acme.example.org/", hosts: ["*.EXAMPLE.org"] };
    resolveProxy({ http: "none", https: "unix:/x", trustedProxies: ["10.0.0.0/99"], signIn: "berth", acme }, around);
    const paths = around.found.problems.map(({ path }) => path.at(-1));
    expect(paths).toEqual(["https", "trustedProxies", "signIn", "acme"]);
  });
});
