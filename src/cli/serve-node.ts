// The server runs on Node: this finds one for the packed binary, whose own runtime is made for short commands. From source,
// Node it is already.

import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { defineErrors } from "../base/errors.ts";
import type { Environment } from "../platform/user.ts";

const fail = defineErrors({
  E_SERVE_NO_NODE: {
    text: "the server needs Node {least} or newer, and there is none: {seen}",
    hint: "install it, or name it: BERTH_NODE=/path/to/node",
    exit: 1,
  },
  E_SERVE_NO_MODULES: {
    text: "the server's modules are not installed: {places} has no main.js",
    hint: "install berth again with packaging/install.sh --server",
    exit: 1,
  },
});

const LEAST = 24;

/** V8's helpers beside the thread that answers; Node's own number. */
const MOST_HELPERS = 4;

/** Options of Node for the server, on a machine of so many processors. */
export function nodeFlags(processors: number): readonly string[] {
  return [
    // Young objects may otherwise take 130 MB after a storm of requests, and V8 never gives them back.
    "--max-semi-space-size=16",
    // With more helpers than processors a collection takes the processor from the thread that answers, for 40 ms.
    `--v8-pool-size=${Math.min(MOST_HELPERS, Math.max(1, processors - 1))}`,
  ];
}

/** Goes on in this process when it is Node; else becomes Node and does not return. @throws E_SERVE_NO_NODE, E_SERVE_NO_MODULES */
export function continueOnNode(env: Environment): void {
  if (process.versions["bun"] === undefined) return;
  const libexec = dirname(process.execPath);
  const main = modulesMain(libexec);
  const node = findNode(env, libexec);
  // The native helpers lie beside the binary that this process was; Node would look for them beside itself.
  const variables = { ...env, BERTH_LIBEXEC: env["BERTH_LIBEXEC"] || libexec } as Record<string, string>;
  process.execve?.(node, [node, ...nodeFlags(availableParallelism()), main, ...process.argv.slice(2)], variables);
}

function modulesMain(libexec: string): string {
  const main = join(libexec, "modules", "main.js");
  if (!existsSync(main)) throw fail("E_SERVE_NO_MODULES", { places: dirname(main) });
  return main;
}

function findNode(env: Environment, libexec: string): string {
  const named = env["BERTH_NODE"];
  const onPath = (env["PATH"] ?? "").split(":").filter((dir) => dir.startsWith("/"));
  // A checkout has installed its own beside `build`.
  const own = join(libexec, "..", "node_modules", `node-linux-${process.arch}`, "bin");
  const places = named ? [named] : [libexec, own, ...onPath].map((dir) => join(dir, "node"));
  const seen: string[] = [];
  for (const place of places.filter(canRun)) {
    const version = versionOf(place);
    if (Number(version.split(".")[0]) >= LEAST) return place;
    seen.push(`${place} is ${version || "no Node"}`);
  }
  throw fail("E_SERVE_NO_NODE", { least: LEAST, seen: seen.join(", ") || `looked at ${places.join(", ")}` });
}

function versionOf(node: string): string {
  const { status, stdout } = spawnSync(node, ["--version"], { encoding: "utf8", timeout: 10_000 });
  return status === 0 ? stdout.trim().replace(/^v/, "") : "";
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
