// A verdict that goes where the image goes: judged from a registry with its signatures, and attached there.

import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasSkopeo, push } from "../gateway-work/images.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");

describe.skipIf(!hasRegistry || !hasSkopeo)(
  "a verdict of an image in a registry [needs docker-registry, skopeo]",
  () => {
    let dir: string;
    let registry: TestRegistry;
    let image: string;
    let digest: string;

    const berth = (...words: string[]) =>
      new Promise<{ code: number; text: string }>((resolve) => {
        const env = { PATH: process.env["PATH"], HOME: dir, NO_COLOR: "1", BERTH_SITE_CONFIG: "" };
        const child = execFile(process.execPath, [MAIN, ...words], { env }, (_error, out, said) =>
          resolve({ code: child.exitCode ?? -1, text: out + said }),
        );
      });
    const at = (name: string) => join(dir, name);

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), "berth-referrer-"));
      registry = await startRegistry();
      const layers = [{ entries: [{ path: "usr/bin/tool", content: "#!/bin/sh\n", mode: 0o755 }] }];
      digest = await push(registry, "team/tool:1", { config: { Cmd: ["/usr/bin/tool"], User: "499" }, layers });
      image = `docker://${registry.host}/team/tool:1`;
      for (const name of ["site", "other"]) {
        const { publicKey, privateKey } = generateKeyPairSync("ed25519");
        await writeFile(at(`${name}.key`), privateKey.export({ type: "pkcs8", format: "pem" }));
        await writeFile(at(`${name}.pub`), publicKey.export({ type: "spki", format: "pem" }));
      }
    });
    afterAll(async () => {
      await registry?.stop();
      await rm(dir, { recursive: true, force: true });
    });

    test("names the signatures that are beside it", async () => {
      expect((await berth("sign", "--key", at("site.key"), "--no-https", image)).text).toContain("pushed beside");
      const words = ["--no-https", "--no-scan", "--key", at("site.key"), "-o", at("v.json"), "--json"];
      const { text, code } = await berth("gate", "judge", image, "--verify-key", at("site.pub"), ...words);
      expect([code, text]).toEqual([0, expect.stringContaining('"kind": "bundle"')]);
      expect(text).toMatch(/"valid": true/);
      expect((await berth("gate", "show", at("v.json"), "--verify-key", at("site.pub"))).text).toContain(digest);
      expect(await berth("gate", "show", at("v.json"), "--verify-key", at("other.pub"))).toMatchObject({
        code: 2,
        text: expect.stringContaining("not signed by the site"),
      });
    });

    test("is pushed beside it, by the site's key only, and about no other image", async () => {
      const attach = (key: string, name = image) =>
        berth("gate", "attach", at("v.json"), name, "--verify-key", at(key), "--no-https");
      expect((await attach("other.pub")).text).toContain("not signed by the site");
      expect((await attach("site.pub")).text).toContain("Verdict pushed beside");
      const tag = `${registry.url}/v2/team/tool/manifests/${digest.replace(":", "-")}`;
      const index = (await (
        await fetch(tag, { headers: { accept: "application/vnd.oci.image.index.v1+json" } })
      ).json()) as {
        readonly manifests: readonly { readonly artifactType: string }[];
      };
      expect(index.manifests.map(({ artifactType }) => artifactType)).toContain(
        "application/vnd.berth.verdict.v1+dsse",
      );
      await push(registry, "team/other:1", { layers: [{ entries: [{ path: "f", content: "x" }] }] });
      expect((await attach("site.pub", `docker://${registry.host}/team/other:1`)).text).toContain("not about sha256:");
      expect((await readFile(at("v.json"), "utf8")).length).toBeGreaterThan(100);
    });
  },
);
