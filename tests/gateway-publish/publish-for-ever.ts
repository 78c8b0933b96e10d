// Publishes and removes the same image until it is killed: the victim of killed.test.ts.

import { createHash } from "node:crypto";
import { readFileSync, writeSync } from "node:fs";
import { silent } from "../../src/base/log.ts";
import { makePublisher } from "../../src/gateway/publish/publisher.ts";

const [, , imageDir = "", path = ""] = process.argv;
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
const content = readFileSync(path);
const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
const id = "aa".repeat(32);
const facts = { private: false, source: "", arch: "amd64", os: "linux", env: ["A=B"], entry: null, cmd: null };
const file = { path, format: "squashfs", bytes: content.length, digest };
const image = { id, digest: `sha256:${id}`, ...facts, workdir: null, labels: {}, user: null, file };
const acl = { private: false, users: [], groups: [] };
const { signal } = new AbortController();
for (;;) {
  writeSync(1, ".");
  await publisher.publish("s", image, acl, signal);
  await publisher.remove("s", id, "squashfs", signal);
}
