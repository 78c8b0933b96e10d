import { expect, test } from "vitest";
import { sourceLines, transportSettings } from "./apt-host.ts";
import { installing, unpacking } from "./debian-trees.ts";

const HOST = {
  suite: "noble",
  sources: ["deb http://mirror/ noble main"],
  options: ['Acquire::http::Proxy "http://p:1"'],
};

test("sources of the release are taken over, those of third parties are not", () => {
  const targets = [
    "http://mirror.example/debian/ bookworm main",
    "http://mirror.example/debian/ bookworm main",
    "http://mirror.example/debian/ bookworm-updates main",
    "https://vendor.example/apt/ stable main",
    "",
  ].join("\n");
  expect(sourceLines(targets, "bookworm", "/k.gpg")).toEqual([
    "deb [signed-by=/k.gpg] http://mirror.example/debian/ bookworm main",
    "deb [signed-by=/k.gpg] http://mirror.example/debian/ bookworm-updates main",
  ]);
});

test("proxies and other ways of fetching are taken over, empty settings are not", () => {
  const dump =
    'Acquire "";\nAcquire::http::Proxy "http://proxy:3128";\nAcquire::Retries "3";\nAcquire::https::Proxy "";\nDir "/";\n';
  expect(transportSettings(dump)).toEqual(['Acquire::http::Proxy "http://proxy:3128"', 'Acquire::Retries "3"']);
});

test("mmdebstrap is told the host's sources and settings, installing and unpacking", () => {
  for (const args of [
    installing(HOST, { base: "/w/b", full: "/w/f" }, ["python3-minimal"]),
    unpacking(HOST, "/w/b", []),
  ]) {
    expect(args).toContain('--aptopt=Acquire::http::Proxy "http://p:1"');
    expect(args.slice(-3)[0]).toBe("noble");
    expect(args.at(-1)).toBe("deb http://mirror/ noble main");
  }
});

test("a package name that a shell would read is refused", () => {
  expect(() => installing(HOST, { base: "/w/b", full: "/w/f" }, ["python3; rm -rf /"])).toThrow(TypeError);
});
