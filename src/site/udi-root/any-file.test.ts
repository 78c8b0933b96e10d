// Properties of reading `udiRoot.conf`: any text is read or refused with reasons, and what is read says the same as the
// `site.yaml` that it is translated to.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { BerthError } from "../../base/errors.ts";
import { findings } from "../findings.ts";
import { readSiteNode } from "../read-site-node.ts";
import { resolveNode } from "../resolve-node.ts";
import { migratedNode } from "../translate-node.ts";
import { knownKeys, MODULE_KEYS } from "./keys.ts";
import { readUdiRootNode } from "./read-node.ts";

const NEEDED = "imagePath=/images\netcPath=/etc/shifter\n";

const folder = mkdtempSync(join(tmpdir(), "udi-root-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("whatever a udiRoot.conf says, it is read or refused with reasons", () => {
  const keys = [
    ...knownKeys(),
    ...Object.keys(MODULE_KEYS).map((sub) => `module_m_${sub}`),
    "module_",
    "x",
    "__proto__",
  ];
  const value = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[/a-z0-9:;=. "]{0,20}$/),
    fc.constantFrom("0", "1", "/x", "A=1", "m"),
  );
  const line = fc.tuple(fc.constantFrom(...keys), value).map(([key, text]) => `${key}=${text}`);
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.string()), { maxLength: 12 }), fc.boolean(), (lines, lenient) => {
      try {
        const { settings, warnings, config: made } = readUdiRootNode("f", NEEDED + lines.join("\n"), lenient);
        expect(settings.length + warnings.length).toBeGreaterThan(0);
        expect(made.imagePath).toMatch(/^\//);
      } catch (error) {
        if (!(error instanceof BerthError)) throw error;
        expect(error.exit).toBe(1);
      }
    }),
    { seed: 5, numRuns: 1500 },
  );
});

test("the site.yaml of a udiRoot.conf says the same", async () => {
  const path = join(folder, "udiRoot.conf");
  await fc.assert(
    fc.asyncProperty(fc.array(goodLine(), { maxLength: 15 }), async (lines) => {
      const text = `${NEEDED}module_m_enabled=1\nmodule_n_enabled=1\n${lines.join("\n")}`;
      writeFileSync(path, text);
      const migrated = await migratedNode(path);
      const site = await readSiteNode({ path, text: migrated.text, lenient: false });
      expect(site && resolveNode(site.node, path, findings())).toEqual(readUdiRootNode(path, text, false).config);
    }),
    { seed: 5, numRuns: 150 },
  );
});

function goodLine(): fc.Arbitrary<string> {
  const flag = fc.constantFrom("0", "1", "");
  const folders = fc.constantFrom("/a", "/b b/", "/c#d", "/e: f");
  const volumes = fc.constantFrom(
    "/a",
    "/a:/b:ro;/c d:/e",
    '"/x:/y"',
    "/t:/t:perNodeCache=size=1.5G",
    "/s:/s:rec:slave",
  );
  const variables = fc.constantFrom("A=1", "A=1 B=x:y", "PATH=/a PATH=/b", "Q='quoted'", "E=", "Y=yes");
  const words = fc.constantFrom("x", "x y", "1 0x10 true null", "~");
  const values: readonly (readonly [string, fc.Arbitrary<string>])[] = [
    ...["allowLocalChroot", "mountUdiRootWritable", "allowLibcPwdCalls", "populateEtcDynamically"].map(
      (key) => [key, flag] as const,
    ),
    ...["module_m_enabled", "module_n_enabled"].map((key) => [key, flag] as const),
    ...["siteFs", "module_m_siteFs"].map((key) => [key, volumes] as const),
    ...["siteEnv", "siteEnvAppend", "module_m_siteEnvPrepend", "module_n_siteEnv"].map(
      (key) => [key, variables] as const,
    ),
    ...["siteEnvUnset", "usersToImport", "module_m_siteEnvUnset"].map((key) => [key, words] as const),
    ...["sitePreMountHook", "perNodeCachePath", "module_m_roothook"].map(
      (key) => [key, folders.map((p) => p.replace(": f", ""))] as const,
    ),
    ...["system", "module_m_userhook"].map(
      (key) => [key, fc.constantFrom("cori", "12", "true", "a: b", "# x")] as const,
    ),
    ["defaultModules", fc.constantFrom("m", "m,n", "none", " n , m ")],
    ["module_m_conflict", fc.constantFrom("n", "n m")],
    ["perNodeCacheSizeLimit", fc.constantFrom("5", "500K", "1.5T")],
    ["gatewayTimeout", fc.constantFrom("0", "30")],
    ["mountPropagationStyle", fc.constantFrom("slave", "private")],
    ["siteResources", folders],
  ];
  return fc.oneof(...values.map(([key, value]) => value.map((text) => `${key}=${text}`)));
}
