// Publishes two files to a folder on another file system, a small one and one that does not fit, and says what came of it:
// the part of a test that has to run in a mount namespace.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { silent } from "../../src/base/log.ts";
import { makePublisher } from "../../src/gateway/publish/publisher.ts";

const [, , imageDir = "", dir = ""] = process.argv;
const system = {
  ...{
    name: "s",
    mungeSocket: undefined,
    admins: [],
    operators: [],
    format: "squashfs" as const,
    converterOptions: {},
  },
  ...{ platform: "linux/amd64", transfer: { kind: "local" as const, imageDir } },
};
const publisher = makePublisher({ systems: new Map([["s", system]]), aclInMeta: true }, { log: silent });

async function tryToPublish(name: string, id: string): Promise<string> {
  const content = readFileSync(join(dir, name));
  const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
  const facts = { private: false, source: "", arch: "amd64", os: "linux", env: [], entry: null, cmd: null };
  const file = { path: join(dir, name), format: "squashfs", bytes: content.length, digest };
  const image = { id, digest: `sha256:${id}`, ...facts, workdir: null, labels: {}, user: null, file };
  const acl = { private: false, users: [], groups: [] };
  return publisher.publish("s", image, acl, new AbortController().signal).then(
    () => "published",
    (error: { readonly code: string }) => error.code,
  );
}

const small = await tryToPublish("small", "aa".repeat(32));
const large = await tryToPublish("large", "bb".repeat(32));
writeSync(1, JSON.stringify({ small, large, left: readdirSync(imageDir).length }));
