// What happens to images when judging goes wrong: killed, hung, without advisories, without room, with a key that is none; and when
// the same image is judged many times at once.

import { generateKeyPairSync } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silent } from "../../src/base/log.ts";
import { canonicalText } from "../../src/gate/canonical.ts";
import { keptDossiers } from "../../src/gate/dossier-file.ts";
import { readStatement } from "../../src/gate/statement.ts";
import { verdictBook } from "../../src/gate/verdict-book.ts";
import { GENERIC } from "../../src/policy/profiles/generic.ts";
import { checkGate, Gate } from "../../src/server/gate/gate.ts";
import { judgeInProcess } from "../../src/server/gate/judge-process.ts";
import { remindWhenDue } from "../../src/server/gate/reminder-calendar.ts";
import type { GateConfig, GatewayConfig } from "../../src/site/gateway-config.ts";
import type { Store } from "../../src/store/store.ts";
import { openMemoryStore } from "../../src/store/testing.ts";
import { writeLayout } from "../support/oci-image.ts";

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const signal = new AbortController().signal;
let dir: string;
let digest: string;
let store: Store;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-gate-faults-"));
  store = await openMemoryStore(() => Date.now() / 1000);
  await writeFile(join(dir, "key"), privateKey.export({ type: "pkcs8", format: "pem" }));
  await mkdir(join(dir, "cache"));
  const image = {
    config: { Cmd: ["/usr/bin/tool"], User: "499" },
    layers: [{ entries: [{ path: "usr/bin/tool", content: "#!/bin/sh\n", mode: 0o755 }] }],
  };
  digest = (await writeLayout(join(dir, "cache", "blob"), { it: image }))["it"]?.digest ?? "";
});
afterAll(async () => {
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

function gateWith(change: Partial<GateConfig> = {}, program?: readonly string[]): Gate {
  const gate: GateConfig = {
    ...{ judge: "enforce", policy: GENERIC, keyFile: join(dir, "key"), strict: false, advisories: undefined },
    ...{ dossiers: join(dir, "state", "dossiers"), againMs: 86_400_000, reminders: undefined },
    ...{ rejudge: "report", signatures: { keys: [], authorities: undefined, keyring: join(dir, "keys") } },
    ...change,
  };
  const config = { gate, cacheDir: join(dir, "cache"), workers: { memoryBytes: 2 ** 31 } } as unknown as GatewayConfig;
  const now = () => Date.now() / 1000;
  return new Gate({ book: verdictBook(store), config: () => config, now, log: silent, version: "1", program });
}

const made = () => ({
  ...{ id: digest.slice(7), digest, private: false, source: "team/tool:1", arch: "amd64", os: "linux", env: [] },
  ...{ entry: null, cmd: null, workdir: null, labels: {}, user: null, file: undefined },
});
const judgedBy = (gate: Gate) => gate.judge.judge(made(), signal);

describe("an image", () => {
  test("is judged by its layers in the content store, many times at once with one outcome", async () => {
    const gate = gateWith();
    const outcomes = await Promise.all([1, 2, 3].map(() => judgedBy(gate)));
    expect(new Set(outcomes.map(({ verdict }) => verdict))).toEqual(new Set(["accepted"]));
    const statement = Buffer.from((await gate.statementOf(digest)) ?? "");
    expect(readStatement(statement, { place: "x", keys: [publicKey], digest }).result).not.toBe("refused");
    expect(await keptDossiers(join(dir, "state", "dossiers"))).toEqual([digest]);
  });

  test("whose judge was killed stays in quarantine where the site enforces, and passes where it only warns", async () => {
    const killed = ["/bin/sh", "-c", "kill -9 $$"];
    expect(await judgedBy(gateWith({}, killed))).toEqual({
      verdict: "quarantined",
      reason: "it could not be judged: the image could not be judged: its process ended (SIGKILL) without a word",
    });
    expect(await judgedBy(gateWith({ judge: "warn" }, killed))).toMatchObject({ verdict: "accepted" });
  });

  test("is not let in when the advisories that the site wants are not there", async () => {
    const advisories = { root: join(dir, "none"), keys: [] };
    const { verdict, reason } = await judgedBy(gateWith({ advisories }));
    expect([verdict, reason]).toEqual(["quarantined", expect.stringContaining("there are no advisories in")]);
  });

  test("is not let in when what was read of it cannot be kept", async () => {
    await writeFile(join(dir, "full"), "");
    const { verdict, reason } = await judgedBy(gateWith({ dossiers: join(dir, "full", "dossiers") }));
    expect([verdict, reason]).toEqual(["quarantined", expect.stringContaining("could not be judged")]);
  });

  test("that is nowhere is not let in", async () => {
    const gone = { ...made(), digest: `sha256:${"f".repeat(64)}` };
    expect(await gateWith().judge.judge(gone, signal)).toMatchObject({
      verdict: "quarantined",
      reason: expect.stringContaining("nothing of it could be read"),
    });
  });
});

describe("a judging process", () => {
  const job = { digest: "", name: "", dossiers: "", policy: canonicalText(GENERIC), advisories: undefined };
  const run = (program: readonly string[], timeoutMs = 20_000) =>
    judgeInProcess(
      { ...job, image: undefined, version: "1" },
      { folder: dir, memoryBytes: 2 ** 31, timeoutMs, signal, program },
    );

  test("that hangs is ended", async () => {
    await expect(run(["/bin/sh", "-c", "sleep 100"], 200)).rejects.toThrow("it took longer than 0.2 s");
  });

  test("that answers without end is ended", async () => {
    await expect(run(["/bin/sh", "-c", "while :; do printf %65536d 0; done"])).rejects.toMatchObject({
      code: "E_GATE_WORDS",
    });
  });

  test("that answers something else is not believed", async () => {
    await expect(run(["/bin/sh", "-c", 'echo \'{"kind":"verdict","verdict":{"schema":1}}\''])).rejects.toThrow(
      "no verdict",
    );
    await expect(run(["/bin/sh", "-c", "echo hello"])).rejects.toMatchObject({ code: "E_GATE_WORDS" });
  });
});

test("a key that is none keeps a configuration from counting", async () => {
  const gate = { keyFile: join(dir, "nokey") } as unknown as GateConfig;
  await expect(checkGate({ gate })).rejects.toMatchObject({ code: "E_KEY_FILE" });
});

test("reminders are sent when they are due, signed, and again when nobody took them", async () => {
  const calls: { readonly headers: Record<string, unknown>; readonly body: string }[] = [];
  let status = 500;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    calls.push({ headers: request.headers, body });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await writeFile(join(dir, "secret"), "s3cret\n");
  await chmod(join(dir, "secret"), 0o600);
  await mkdir(join(dir, "due"), { recursive: true });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const reminders = { url, secretFile: join(dir, "secret"), everyMs: 7 * 86_400_000 };
  const gate = { policy: GENERIC, dossiers: join(dir, "due", "dossiers"), reminders } as unknown as GateConfig;
  const config = { gate, systems: new Map([["cluster", {}]]) } as unknown as GatewayConfig;
  const old = { digest, tags: ["team/tool:1"], owner: { user: "alice" }, createdAt: 1, status: "READY" };
  let ahead = 0;
  const parts = {
    ...{ gate: { spokenOf: async () => new Map() }, config: () => config, log: silent, signal },
    ...{ now: () => Date.now() / 1000 + ahead, catalog: { list: async () => ({ items: [old], next: undefined }) } },
  } as unknown as Parameters<typeof remindWhenDue>[0];
  await expect(remindWhenDue(parts)).rejects.toThrow("answers 500");
  status = 204;
  expect(await remindWhenDue(parts)).toBe(true);
  expect(await remindWhenDue(parts)).toBe(false);
  ahead = 8 * 86_400;
  expect(await remindWhenDue(parts)).toBe(true);
  expect(calls).toHaveLength(3);
  expect(calls[1]?.headers["x-berth-signature"]).toMatch(/^v1=[0-9a-f]{64}$/);
  expect(JSON.parse(calls[1]?.body ?? "")).toMatchObject({
    owners: [{ owner: "alice", images: [{ name: "team/tool:1" }] }],
  });
  await new Promise((resolve) => server.close(resolve));
});
