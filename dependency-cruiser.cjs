// Imports go one way, down the table of rooms in docs/design.md. A room is entered by other rooms through its files
// freely, but never upwards; the command line loads its commands lazily.

const rooms = {
  base: [],
  platform: ["base"],
  oci: ["base", "platform"],
  image: ["base", "platform", "oci"],
  run: ["base", "platform", "oci", "image"],
  demo: ["base", "platform", "oci", "image"],
};

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(rooms).map(([room, below]) => ({
      name: `${room}-imports-only-below`,
      severity: "error",
      from: { path: `^src/${room}/`, pathNot: "[.]test[.]ts$" },
      to: { path: "^src/", pathNot: `^src/(${[room, ...below].join("|")})/` },
    })),
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-development-packages",
      severity: "error",
      from: { path: "^src/", pathNot: "[.]test[.]ts$" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "unknown"] },
    },
    {
      name: "run-starts-without-the-network",
      comment: "what `berth exec` loads must not reach the registry client, archives or the conversion",
      severity: "error",
      from: { path: "^src/(main[.]ts|cli/(commands|context|flags|report|run/))" },
      to: { path: "^src/(oci/(registry|archive|fetch|store)|image/(flatten|tar|squashfs-writer))", reachable: true, dependencyTypesNot: ["dynamic-import"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: false,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node"], extensions: [".ts", ".js"] },
  },
};
