// How the pages are bundled: everything from the server itself, nothing inline, so that a strict content security policy
// holds. Terminal and charts are pieces of their own, which load when somebody opens one.

import { join } from "node:path";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "/ui/",
  publicDir: join(import.meta.dirname, "public"),
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: join(import.meta.dirname, "../build/web"),
    emptyOutDir: true,
    target: ["chrome125", "firefox128", "safari17.5"],
    // An inlined file would be a `data:` address, which the policy forbids.
    assetsInlineLimit: 0,
    // The polyfill is for browsers that cannot run the rest either.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
