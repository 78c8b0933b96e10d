// The commands of berth in one table. Only the command that is called is loaded: `berth exec` must not pay for the rest.

import type { Command } from "commander";
import type { Context } from "./context.ts";

/** A command before it is loaded. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Exit status of a call that cannot be understood; 1 unless said (spec/apptainer.md 1.1). */
  readonly usageExit?: number;
  load(context: Context): Promise<Command>;
}

const run = () => import("./run/index.ts");

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "pull",
    summary: "get an image from a registry or archive as one file",
    load: async (c) => (await import("./pull.ts")).pullCommand(c),
  },
  {
    name: "build",
    summary: "make an image from a definition file, a Dockerfile or another image",
    load: async (c) => (await import("./build.ts")).buildCommand(c),
  },
  {
    name: "push",
    summary: "put an image into a registry, an archive or a layout",
    load: async (c) => (await import("./push.ts")).pushCommand(c),
  },
  { name: "run", summary: "run what the image is made to run", load: async (c) => (await run()).runCommand(c) },
  {
    name: "exec",
    summary: "run a program of your choice in an image",
    load: async (c) => (await run()).execCommand(c),
  },
  { name: "shell", summary: "start a shell in an image", load: async (c) => (await run()).shellCommand(c) },
  { name: "test", summary: "run the test script of an image", load: async (c) => (await run()).testCommand(c) },
  {
    name: "run-help",
    summary: "show the help text of an image",
    load: async (c) => (await import("./run-help.ts")).runHelpCommand(c),
  },
  {
    name: "instance",
    summary: "keep containers running: start, run, stop, list, stats",
    load: async (c) => (await import("./instance/index.ts")).instanceCommand(c),
  },
  {
    name: "plan",
    summary: "print the launch plan of a command, for berth-launch",
    load: async (c) => (await run()).planCommand(c),
  },
  {
    name: "convert",
    summary: "turn a Dockerfile into a definition file, or back",
    load: async (c) => (await import("./convert.ts")).convertCommand(c),
  },
  {
    name: "lint",
    summary: "check recipes, compose files and job scripts against the site's practices",
    usageExit: 2,
    load: async (c) => (await import("./lint.ts")).lintCommand(c),
  },
  {
    name: "lsp",
    summary: "a language server: what lint finds, in editors",
    usageExit: 2,
    load: async (c) => (await import("./lsp.ts")).lspCommand(c),
  },
  {
    name: "policy",
    summary: "show the practices as a handbook, and run a site's own examples",
    usageExit: 2,
    load: async (c) => (await import("./policy.ts")).policyCommand(c),
  },
  {
    name: "audit",
    summary: "check images against the site's practices: configuration, history, every layer's files",
    usageExit: 2,
    load: async (c) => (await import("./audit.ts")).auditCommand(c),
  },
  {
    name: "gate",
    summary: "judge images, and show, check and attach the signed verdicts",
    usageExit: 2,
    load: async (c) => (await import("./gate.ts")).gateCommand(c),
  },
  {
    name: "inventory",
    summary: "find image files in large trees, with owners and verdicts",
    usageExit: 2,
    load: async (c) => (await import("./inventory.ts")).inventoryCommand(c),
  },
  {
    name: "scan",
    summary: "look for known flaws in the packages of an image",
    usageExit: 2,
    load: async (c) => (await import("./scan.ts")).scanCommand(c),
  },
  {
    name: "advisories",
    summary: "get and keep what is known of flaws in packages",
    usageExit: 2,
    load: async (c) => (await import("./advisories.ts")).advisoriesCommand(c),
  },
  {
    name: "inspect",
    summary: "show labels, scripts and configuration of an image",
    load: async (c) => (await import("./inspect.ts")).inspectCommand(c),
  },
  {
    name: "sbom",
    summary: "list the packages in an image: CycloneDX, SPDX",
    usageExit: 2,
    load: async (c) => (await import("./sbom.ts")).sbomCommand(c),
  },
  {
    name: "image",
    summary: "list and copy files of an image without running it",
    load: async (c) => (await import("./image.ts")).imageCommand(c),
  },
  {
    name: "overlay",
    summary: "make, resize and show files that keep a container's changes",
    load: async (c) => (await import("./overlay.ts")).overlayCommand(c),
  },
  {
    name: "sif",
    summary: "list and dump the objects of a SIF file",
    load: async (c) => (await import("./sif.ts")).sifCommand(c),
  },
  {
    name: "sign",
    summary: "sign an image",
    load: async (c) => (await import("./sign.ts")).signCommand(c),
  },
  {
    name: "verify",
    summary: "check the signatures of an image",
    load: async (c) => (await import("./verify.ts")).verifyCommand(c),
  },
  {
    name: "key",
    summary: "make, keep and exchange the keys that sign images",
    load: async (c) => (await import("./key.ts")).keyCommand(c),
  },
  {
    name: "registry",
    summary: "log in to, out of, and list registries",
    load: async (c) => (await import("./registry.ts")).registryCommand(c),
  },
  {
    name: "cache",
    summary: "list, clean and verify the cache",
    load: async (c) => (await import("./cache.ts")).cacheCommand(c),
  },
  {
    name: "serve",
    summary: "run the site's image gateway and services",
    load: async (c) => (await import("./serve.ts")).serveCommand(c),
  },
  {
    name: "gateway",
    summary: "pull, share and look after the images of the site's gateway",
    load: async (c) => (await import("./gateway.ts")).gatewayCommand(c),
  },
  {
    name: "stack",
    summary: "run stacks of services from compose files under the site's rules",
    load: async (c) => (await import("./stack.ts")).stackCommand(c),
  },
  {
    name: "service",
    summary: "look after single services of stacks",
    load: async (c) => (await import("./service.ts")).serviceCommand(c),
  },
  {
    name: "secret",
    summary: "keep secrets of services",
    load: async (c) => (await import("./secret.ts")).secretCommand(c),
  },
  {
    name: "container",
    summary: "start containers of a site's server, which stops those that nobody uses",
    load: async (c) => (await import("./container/index.ts")).containerCommand(c),
  },
  {
    name: "route",
    summary: "show how services are reached",
    load: async (c) => (await import("./route.ts")).routeCommand(c),
  },
  {
    name: "quota",
    summary: "show and set how much people and groups may have of services",
    load: async (c) => (await import("./quota.ts")).quotaCommand(c),
  },
  {
    name: "shifter",
    summary: "Shifter's program that runs programs in the site's images",
    load: async (c) => (await import("./shifter/index.ts")).shifterCommand(c),
  },
  {
    name: "shifterimg",
    summary: "Shifter's program for images of the site's gateway",
    load: async (c) => (await import("./shifterimg/index.ts")).shifterimgCommand(c),
  },
  {
    name: "node",
    summary: "look after a node that runs containers in batch jobs",
    load: async (c) => (await import("./node/index.ts")).nodeCommand(c),
  },
  {
    name: "slurm",
    summary: "what Slurm calls for jobs that want an image",
    load: async (c) => (await import("./slurm/index.ts")).slurmCommand(c),
  },
  {
    name: "module",
    summary: "show the modules of this site, for shifter --module",
    load: async (c) => (await import("./module.ts")).moduleCommand(c),
  },
  {
    name: "oci",
    summary: "run bundles of the OCI runtime specification, for Slurm and others",
    load: async (c) => (await import("./oci.ts")).ociCommand(c),
  },
  {
    name: "doctor",
    summary: "check what this machine can do, and say how to mend it",
    load: async (c) => (await import("./doctor.ts")).doctorCommand(c),
  },
  {
    name: "demo",
    summary: "make, serve, pull and run an image, showing each step",
    load: async (c) => (await import("./demo.ts")).demoCommand(c),
  },
  {
    name: "completion",
    summary: "print the completions of a shell: bash, zsh or fish",
    load: async (c) => (await import("./completion/index.ts")).completionCommand(c),
  },
  {
    name: "man",
    summary: "print manual pages, or write them into a folder",
    load: async (c) => (await import("./man/index.ts")).manCommand(c),
  },
];

/** Commands that berth starts itself: no help, completion or manual page tells of them. */
export const INTERNAL_COMMANDS: readonly CommandEntry[] = [
  {
    name: "gateway-job",
    summary: "make one image for the gateway",
    load: async (c) => (await import("./gateway-job.ts")).gatewayJobCommand(c),
  },
  {
    name: "gate-job",
    summary: "judge one image for the gateway",
    load: async (c) => (await import("./gate-job.ts")).gateJobCommand(c),
  },
  {
    name: "rego-job",
    summary: "evaluate policies in Rego for lint",
    load: async () => (await import("./rego-job.ts")).regoJobCommand(),
  },
  {
    name: "proxy",
    summary: "carry the web traffic of services",
    load: async (c) => (await import("./proxy.ts")).proxyCommand(c),
  },
];
