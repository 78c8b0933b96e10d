// Builds the pages of `berth serve` into build/web. Does nothing, in milliseconds, when they are newer than what they are made
// of. Called by build.mjs; alone: node scripts/build-web.mjs [FOLDER].

import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const root = join(import.meta.dirname, "..");
const web = join(root, "web");

/** Builds the pages into the folder `web` of `out`, unless that is current. */
export async function buildWeb(out) {
  const place = join(out, "web");
  const stamp = join(place, ".stamp");
  const begun = new Date();
  if (existsSync(stamp) && newest() < statSync(stamp).mtimeMs) return;
  // Loaded only now: it takes longer than to see that there is nothing to do.
  const { build } = await import("vite");
  const fresh = join(out, `.web-${process.pid}`);
  await build({
    configFile: join(web, "vite.config.ts"),
    logLevel: "warn",
    build: { outDir: fresh },
  });
  compress(join(fresh, "assets"));
  // As old as the beginning of the build: what is edited meanwhile is newer.
  writeFileSync(join(fresh, ".stamp"), "");
  utimesSync(join(fresh, ".stamp"), begun, begun);
  rmSync(place, { recursive: true, force: true });
  renameSync(fresh, place);
}

// The server sends these to browsers that read them, and never compresses while somebody waits.
function compress(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const bytes = readFileSync(path);
    writeFileSync(`${path}.br`, brotliCompressSync(bytes));
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

// When what the pages are made of was last changed; folders count because of files that were removed.
function newest() {
  const paths = [import.meta.filename, join(root, "package-lock.json"), web];
  for (const entry of readdirSync(web, { recursive: true })) paths.push(join(web, entry));
  return Math.max(...paths.filter((path) => !path.endsWith(".test.ts")).map((path) => statSync(path).mtimeMs));
}

if (import.meta.main) await buildWeb(process.argv[2] ?? join(root, "build"));
