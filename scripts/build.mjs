// Builds what users run: the sources bundled into modules, packed into a single-file binary by Bun, and the native programs
// beside it. Called by ./berth when sources changed; prints nothing unless something fails.

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";
import { buildWeb } from "./build-web.mjs";

const root = join(import.meta.dirname, "..");
const out = process.argv[2] ?? join(root, "build");
const modules = join(out, "modules");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

// A module that imports `node:process` makes Bun open the standard streams, which costs 5 ms at every start.
const globalProcess = {
  name: "global-process",
  setup(builder) {
    builder.onResolve({ filter: /^(node:)?process$/ }, () => ({ path: "process", namespace: "global" }));
    // In the old form, which `import` and `require` both take for the object itself.
    builder.onLoad({ filter: /./, namespace: "global" }, () => ({ contents: "module.exports = globalThis.process;" }));
  },
};

// The transport never offers HTTP/2 (allowH2: false); the client for it loads Node's whole implementation, 7 ms of every pull.
const withoutHttp2 = {
  name: "without-http2",
  setup(builder) {
    builder.onResolve({ filter: /\/client-h2\.js$/ }, () => ({ path: "client-h2", namespace: "none" }));
    builder.onLoad({ filter: /./, namespace: "none" }, () => ({ contents: "module.exports = undefined;" }));
  },
};

// The engine's client can also talk over ssh and to BuildKit, with native parts and a megabyte of gRPC: berth does neither.
const onlySockets = {
  name: "only-sockets",
  setup(builder) {
    builder.onResolve({ filter: /^(ssh2|\.\/session)$/ }, ({ path, importer }) =>
      /node_modules\/(docker-modem|dockerode)\//.test(importer) ? { path, namespace: "unused" } : undefined,
    );
    builder.onLoad({ filter: /./, namespace: "unused" }, () => ({
      contents: "module.exports = () => { throw new Error('this build talks to sockets and hosts only'); };",
    }));
  },
};

rmSync(modules, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
// What an interrupted build left.
for (const name of readdirSync(out)) {
  if (/^\.(?:berth-|stamp-|web-|.*\.bun-build$)/.test(name)) rmSync(join(out, name), { recursive: true });
}
// The stamp is as old as the beginning of the build: what is edited meanwhile is newer.
const stamp = join(out, `.stamp-${process.pid}`);
writeFileSync(stamp, `${version}\n`);
await buildWeb(out);
await build({
  entryPoints: [join(root, "src/main.ts")],
  outdir: modules,
  bundle: true,
  // What a command imports lazily stays a module of its own: `berth exec` loads a tenth of the whole.
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node24",
  minifySyntax: true,
  // Packages in CommonJS call `require` for Node's own modules.
  banner: { js: 'import { createRequire as nodeRequire } from "node:module"; const require = nodeRequire("/");' },
  plugins: [globalProcess, withoutHttp2, onlySockets],
  // Without a word Bun takes the build for one of a developer, and packages print what they otherwise keep to themselves.
  define: { BERTH_VERSION: JSON.stringify(version), "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
});

const arch = { x64: "x64", arm64: "aarch64" }[process.arch];
const bun = join(root, "node_modules/@oven", `bun-linux-${arch}`, "bin/bun");
const partial = join(out, `.berth-main-${process.pid}`);
run(bun, [
  ...["build", "--compile", "--bytecode", "--format=esm", "--splitting", "--minify-syntax", "--minify-whitespace"],
  // The folder in which a user happens to stand must not decide what berth loads.
  ...["--no-compile-autoload-dotenv", "--no-compile-autoload-bunfig"],
  ...[join(modules, "main.js"), "--outfile", partial],
]);
renameSync(partial, join(out, "berth-main"));
const native = join(root, "native");
// A path with a space would be two to make; the way from `native` to `build` has none.
run("make", ["-s", "-C", native, `OUT=${relative(native, out)}`]);
// The other names that src/main.ts knows; `shifter` is a program of its own, in front of berth-main.
for (const name of ["shifterimg", "setupRoot", "unsetupRoot"]) {
  symlinkSync("berth", join(out, `.berth-${name}`));
  renameSync(join(out, `.berth-${name}`), join(out, name));
}
renameSync(stamp, join(out, "stamp"));

function run(program, args) {
  const result = spawnSync(program, args, { cwd: out, encoding: "utf8" });
  if (result.status === 0) return;
  rmSync(partial, { force: true });
  process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}\n`);
  process.stderr.write(`building berth: ${program} ${args.join(" ")} failed\n`);
  process.exit(1);
}
