import { expect, test } from "vitest";
import { findings } from "../findings.ts";
import { resolveRegistries } from "./registries.ts";

function resolved(file: Parameters<typeof resolveRegistries>[0]) {
  const found = findings();
  const logins = resolveRegistries(file, { path: ["services", "registries"], at: (name) => `/site/${name}`, found });
  return { logins: Object.fromEntries(logins), problems: found.problems.map(({ message }) => message) };
}

test("registries are named as references name them, the hub by one name", () => {
  const login = { user: "berth", passwordFile: "p" };
  const given = { "Registry.example.org:5000": login, "index.docker.io": login, localhost: login };
  const read = { user: "berth", passwordFile: "/site/p" };
  expect(resolved(given)).toEqual({
    logins: { "registry.example.org:5000": read, "docker.io": read, localhost: read },
    problems: [],
  });
});

test("what can be no registry or no account is said", () => {
  const login = { user: "berth", passwordFile: "p" };
  expect(resolved({ registry: login, "https://registry.example.org": login }).problems).toHaveLength(2);
  expect(resolved({ "registry.example.org": { ...login, user: "a:b" } }).problems).toEqual([
    "services.registries.registry.example.org.user has a colon in it",
  ]);
});
