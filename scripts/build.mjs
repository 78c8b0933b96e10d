// Builds what users run: one bundle, packed into a single-file binary by Bun, and the native launcher beside it.
// Called by ./berth when sources changed; prints nothing unless something fails.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
const out = join(root, "build");
mkdirSync(out, { recursive: true });
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

// A module that imports `node:process` makes Bun open the standard streams, which costs 5 ms at every start.
const globalProcess = {
  name: "global-process",
  setup(builder) {
    builder.onResolve({ filter: /^(node:)?process$/ }, () => ({ path: "process", namespace: "global" }));
    builder.onLoad({ filter: /./, namespace: "global" }, () => ({ contents: "export default globalThis.process;" }));
  },
};

await build({
  entryPoints: [join(root, "src/main.ts")],
  outfile: join(out, "berth.cjs"),
  bundle: true,
  platform: "node",
  // CommonJS is what Bun can keep as bytecode.
  format: "cjs",
  target: "node24",
  minifySyntax: true,
  plugins: [globalProcess],
  define: { BERTH_VERSION: JSON.stringify(version) },
  logLevel: "warning",
});

const arch = { x64: "x64", arm64: "aarch64" }[process.arch];
const bun = join(root, "node_modules/@oven", `bun-linux-${arch}`, "bin/bun");
const partial = join(out, `.berth-${process.pid}`);
run(bun, ["build", "--compile", "--bytecode", "--minify-syntax", join(out, "berth.cjs"), "--outfile", partial]);
renameSync(partial, join(out, "berth"));
run("make", ["-s", "-C", join(root, "native"), `OUT=${out}`]);
writeFileSync(join(out, "stamp"), `${version}\n`);

function run(program, args) {
  const result = spawnSync(program, args, { cwd: out, encoding: "utf8" });
  if (result.status === 0) return;
  rmSync(partial, { force: true });
  process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}\n`);
  process.stderr.write(`building berth: ${program} ${args.join(" ")} failed\n`);
  process.exit(1);
}
