import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isBypassed, isLoopback, proxyRules } from "./proxy.ts";

describe("NO_PROXY", () => {
  test.each([
    ["https://reg.example.org", "*", true],
    ["https://reg.example.org", "example.org", true],
    ["https://example.org", "example.org", true],
    ["https://notexample.org", "example.org", false],
    ["https://reg.example.org", ".example.org", true],
    ["https://example.org", ".example.org", false],
    ["https://reg.example.org", "*.example.org", true],
    ["https://REG.example.org.", "reg.EXAMPLE.org", true],
    ["https://reg.example.org:5000", "reg.example.org:5000", true],
    ["https://reg.example.org:5001", "reg.example.org:5000", false],
    ["https://reg.example.org", "reg.example.org:443", true],
    ["http://reg.example.org", "reg.example.org:443", false],
    ["https://10.1.2.3", "10.0.0.0/8", true],
    ["https://11.1.2.3", "10.0.0.0/8", false],
    ["https://10.1.2.3", "10.1.2.3", true],
    ["https://10.1.2.3:8443", "10.1.2.3:8443", true],
    ["https://10.1.2.3", "10.1.2.30", false],
    ["https://110.1.2.3", "10.1.2.3", false],
    ["https://[2001:db8::5]", "2001:db8::/32", true],
    ["https://[2001:db8::5]", "[2001:db8::5]", true],
    ["https://[2001:db8::5]:443", "[2001:0db8:0::5]:443", true],
    ["https://[2001:db9::5]", "2001:db8::/32", false],
    ["https://10.1.2.3", "10.0.0.0/99", false],
    ["https://10.1.2.3", "::/0", false],
    ["https://reg.example.org", "a.example, reg.example.org  b", true],
    ["https://reg.example.org", "", false],
    ["http://127.0.0.9:5000", "", true],
    ["http://[::1]:5000", "", true],
    ["http://localhost", "", true],
  ])("%s with %j: %s", (url, list, bypassed) => expect(isBypassed(new URL(url), list)).toBe(bypassed));

  test("any list and any host give an answer", () => {
    const entry = fc.stringMatching(/^[a-z0-9.:*[\]/-]{0,20}$/);
    fc.assert(
      fc.property(fc.array(entry), fc.webUrl(), (list, url) => {
        expect(typeof isBypassed(new URL(url), list.join(","))).toBe("boolean");
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe("choosing a proxy", () => {
  const target = new URL("https://reg.example.org");
  test("lower case wins, ALL_PROXY stands in, schemes may be left out", () => {
    expect(proxyRules({ HTTPS_PROXY: "http://a:1", https_proxy: "http://b:2" })(target)).toMatchObject({
      host: "b",
      port: 2,
    });
    expect(proxyRules({ ALL_PROXY: "socks5h://s" })(target)).toEqual({ kind: "socks5", host: "s", port: 1080 });
    // As Shifter's gateway wants it written.
    expect(proxyRules({ all_proxy: "socks://s:9050" })(target)).toEqual({ kind: "socks5", host: "s", port: 9050 });
    expect(proxyRules({ https_proxy: "p.example:3128" })(target)).toEqual({
      kind: "http",
      host: "p.example",
      port: 3128,
    });
    expect(proxyRules({ HTTP_PROXY: "http://a" })(target)).toBeUndefined();
    expect(proxyRules({ HTTP_PROXY: "http://a" })(new URL("http://reg"))).toMatchObject({ host: "a", port: 80 });
  });

  test("logins are decoded, IPv6 hosts lose their brackets", () => {
    expect(proxyRules({ https_proxy: "http://u%40x:p%3A@[::5]:8080" })(target)).toEqual({
      kind: "http",
      host: "::5",
      port: 8080,
      login: { username: "u@x", password: "p:" },
    });
  });

  test("HTTP_PROXY of a CGI request is not believed", () => {
    const rules = proxyRules({ REQUEST_METHOD: "GET", HTTP_PROXY: "http://evil" });
    expect(rules(new URL("http://reg.example"))).toBeUndefined();
  });

  test("an unusable proxy is named by its variable, never by its value", () => {
    for (const value of ["ftp://u:secret@h", "http://u:secret@h:99999"]) {
      const choose = () => proxyRules({ https_proxy: value })(target);
      expect(choose).toThrow(/HTTPS_PROXY/);
      expect(choose).not.toThrow(/secret/);
    }
  });
});

test("loopback is this machine and nothing else", () => {
  for (const host of ["localhost", "a.localhost", "127.1.2.3", "::1"]) expect(isLoopback(host)).toBe(true);
  for (const host of ["localhost.evil.example", "127.0.0.1.evil.example", "128.0.0.1", "::2", "0.0.0.0"]) {
    expect(isLoopback(host)).toBe(false);
  }
});
