// Runs berth's programs for users against the sample gateway of tests/gateway, as processes of their own.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Office } from "../../src/gateway/registry/office.ts";
import { type SampleServer, sampleServer } from "../gateway/sample-server.ts";

/** The program, from source. */
export const MAIN = join(import.meta.dirname, "../../src/main.ts");

export interface Outcome {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Place {
  readonly server: SampleServer;
  readonly url: string;
  readonly folder: string;
  /** Runs `berth WORDS` as that person of the sample gateway. */
  berth(words: readonly string[], options?: RunOptions): Promise<Outcome>;
  close(): Promise<void>;
}

/** Node's memory of compiled sources: most of these programs' time is for reading them. */
const CACHE = join(tmpdir(), `berth-gateway-cli-cache-${process.getuid?.()}`);

export interface RunOptions {
  readonly as?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** Another name of the program. */
  readonly program?: string;
  readonly input?: string;
}

export async function openPlace(registry?: Office): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "berth-gateway-cli-"));
  const server = await sampleServer(registry);
  await server.app.listen({ port: 0, host: "127.0.0.1" });
  const url = `http://127.0.0.1:${(server.app.server.address() as AddressInfo).port}`;
  const surroundings = {
    PATH: "/usr/bin:/bin",
    HOME: folder,
    NO_COLOR: "1",
    NODE_COMPILE_CACHE: CACHE,
    BERTH_GATEWAY: url,
    BERTH_SYSTEM: "cluster",
    BERTH_SITE_CONFIG: "",
    BERTH_UDIROOT: "",
  };
  return {
    server,
    url,
    folder,
    berth: (words, { as = "alice", env = {}, program = MAIN, input = "" } = {}) =>
      outcome(
        spawn(process.execPath, [program, ...words], {
          env: { ...surroundings, BERTH_GATEWAY_CREDENTIAL: as, ...env },
        }),
        input,
      ),
    async close() {
      await server.app.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs `berth WORDS` without any gateway. */
export function runBerth(words: readonly string[]): Promise<Outcome> {
  const env = { PATH: "/usr/bin:/bin", NO_COLOR: "1", HOME: tmpdir(), NODE_COMPILE_CACHE: CACHE };
  return outcome(spawn(process.execPath, [MAIN, ...words], { env }), "");
}

function outcome(child: ChildProcess, input: string): Promise<Outcome> {
  child.stdin?.end(input);
  const text = { out: "", err: "" };
  child.stdout?.setEncoding("utf8").on("data", (part: string) => {
    text.out += part;
  });
  child.stderr?.setEncoding("utf8").on("data", (part: string) => {
    text.err += part;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, ...text }));
  });
}
