// How package managers are called, as data: their names, subcommands, options with a value. Knows no rule.

import type { OptionTable } from "./options.ts";

export type PackageManager =
  | ("apt-get" | "apt" | "aptitude" | "yum" | "dnf" | "microdnf" | "tdnf" | "zypper" | "apk" | "pacman")
  | ("pip" | "conda" | "mamba" | "micromamba" | "npm" | "yarn" | "pnpm" | "gem" | "go" | "cargo" | "R");

export type PackageAction = "install" | "refresh" | "upgrade" | "remove" | "clean" | "create" | "other";

/** Managers of what the distribution brings. */
export const SYSTEM_MANAGERS: readonly PackageManager[] = [
  "apt-get",
  "apt",
  "aptitude",
  "yum",
  "dnf",
  "microdnf",
  "tdnf",
  "zypper",
  "apk",
  "pacman",
];

export interface ManagerGrammar extends OptionTable {
  readonly manager: PackageManager;
  /** Names of its program. */
  readonly names: RegExp;
  /** Subcommands; those of two words are written with a blank. */
  readonly actions: Readonly<Record<string, PackageAction>>;
}

const APT_ACTIONS: Readonly<Record<string, PackageAction>> = {
  install: "install",
  reinstall: "install",
  "build-dep": "install",
  update: "refresh",
  upgrade: "upgrade",
  "full-upgrade": "upgrade",
  "dist-upgrade": "upgrade",
  "safe-upgrade": "upgrade",
  "dselect-upgrade": "upgrade",
  remove: "remove",
  purge: "remove",
  autoremove: "remove",
  "auto-remove": "remove",
  autopurge: "remove",
  clean: "clean",
  autoclean: "clean",
  "auto-clean": "clean",
};

const APT_VALUED = ["-t", "--target-release", "--default-release", "-o", "--option", "-c", "--config-file", "-a"];

const YUM_ACTIONS: Readonly<Record<string, PackageAction>> = {
  install: "install",
  reinstall: "install",
  localinstall: "install",
  groupinstall: "install",
  "group install": "install",
  "groups install": "install",
  "module install": "install",
  builddep: "install",
  "build-dep": "install",
  makecache: "refresh",
  "check-update": "refresh",
  update: "upgrade",
  upgrade: "upgrade",
  "update-minimal": "upgrade",
  "upgrade-minimal": "upgrade",
  "distro-sync": "upgrade",
  remove: "remove",
  erase: "remove",
  autoremove: "remove",
  groupremove: "remove",
  "group remove": "remove",
  clean: "clean",
};

const YUM_VALUED = [
  ...["-c", "--config", "-d", "-e", "-R", "-x", "--exclude", "--enablerepo", "--disablerepo", "--repo", "--repoid"],
  ...["--setopt", "--installroot", "--releasever", "--disableplugin", "--enableplugin", "--forcearch", "--comment"],
  ...["--repofrompath", "--advisory", "--downloaddir", "--destdir"],
];

const CONDA_ACTIONS: Readonly<Record<string, PackageAction>> = {
  install: "install",
  create: "create",
  "env create": "create",
  "env update": "install",
  update: "upgrade",
  upgrade: "upgrade",
  "self-update": "upgrade",
  remove: "remove",
  uninstall: "remove",
  "env remove": "remove",
  clean: "clean",
  "build purge": "clean",
};

const CONDA_VALUED = [
  ...["-n", "--name", "-p", "--prefix", "-c", "--channel", "-f", "--file", "--solver", "--experimental-solver"],
  ...["--repodata-fn", "--revision", "--subdir", "--platform", "-r", "--root-prefix", "--rc-file", "--clone"],
  ...["--relocate-prefix", "--category", "--log-level", "--freeze"],
];

const NPM_ACTIONS: Readonly<Record<string, PackageAction>> = {
  install: "install",
  i: "install",
  add: "install",
  ci: "install",
  "clean-install": "install",
  update: "upgrade",
  up: "upgrade",
  upgrade: "upgrade",
  uninstall: "remove",
  remove: "remove",
  rm: "remove",
  un: "remove",
  "cache clean": "clean",
  "cache clear": "clean",
  "store prune": "clean",
  "global add": "install",
  "global upgrade": "upgrade",
  "global remove": "remove",
};

const NPM_VALUED = [
  ...["--prefix", "-C", "--dir", "--registry", "--cache", "--loglevel", "--omit", "--include", "-w", "--workspace"],
  ...[
    "--userconfig",
    "--tag",
    "--cwd",
    "--cache-folder",
    "--modules-folder",
    "--filter",
    "--store-dir",
    "--maxsockets",
  ],
  ...["--fetch-retries", "--fetch-timeout", "--network-timeout", "--mutex", "--script-shell", "--install-strategy"],
];

/** One grammar per manager. */
export const GRAMMARS: readonly ManagerGrammar[] = [
  { manager: "apt-get", names: /^apt-get$/, actions: APT_ACTIONS, valued: APT_VALUED },
  { manager: "apt", names: /^apt$/, actions: APT_ACTIONS, valued: APT_VALUED },
  { manager: "aptitude", names: /^aptitude(-curses)?$/, actions: APT_ACTIONS, valued: APT_VALUED },
  { manager: "yum", names: /^yum$/, actions: YUM_ACTIONS, valued: YUM_VALUED },
  { manager: "dnf", names: /^dnf[45]?(-3)?$/, actions: YUM_ACTIONS, valued: YUM_VALUED },
  { manager: "microdnf", names: /^microdnf$/, actions: YUM_ACTIONS, valued: YUM_VALUED },
  { manager: "tdnf", names: /^tdnf$/, actions: YUM_ACTIONS, valued: YUM_VALUED },
  {
    manager: "zypper",
    names: /^zypper$/,
    actions: {
      install: "install",
      in: "install",
      "source-install": "install",
      si: "install",
      refresh: "refresh",
      ref: "refresh",
      update: "upgrade",
      up: "upgrade",
      patch: "upgrade",
      "dist-upgrade": "upgrade",
      dup: "upgrade",
      remove: "remove",
      rm: "remove",
      clean: "clean",
      cc: "clean",
    },
    valued: [
      ...["-c", "--config", "-D", "--reposd-dir", "-C", "--cache-dir", "-R", "--root", "--raw-cache-dir"],
      ...["-t", "--type", "-r", "--repo", "--from", "-p", "--plus-repo", "--releasever", "--installroot"],
    ],
  },
  {
    manager: "apk",
    names: /^apk$/,
    actions: {
      add: "install",
      update: "refresh",
      upgrade: "upgrade",
      fix: "install",
      del: "remove",
      "cache clean": "clean",
      "cache purge": "clean",
    },
    valued: [
      ...["-t", "--virtual", "-X", "--repository", "-p", "--root", "--arch", "--keys-dir", "--repositories-file"],
      ...["--cache-dir", "--wait", "--cache-max-age", "--progress-fd", "--timeout"],
    ],
  },
  {
    manager: "pacman",
    names: /^(pacman|yay|paru)$/,
    // Its subcommands are options: see `package-commands.ts`.
    actions: {},
    valued: [
      "--root",
      "--dbpath",
      "-b",
      "--cachedir",
      "--config",
      "--arch",
      "--ignore",
      "--overwrite",
      "--assume-installed",
    ],
  },
  {
    manager: "pip",
    names: /^pip-?[\d.]*$/,
    actions: {
      install: "install",
      wheel: "other",
      download: "other",
      uninstall: "remove",
      "cache purge": "clean",
      "cache remove": "clean",
    },
    valued: [
      ...["-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-i", "--index-url", "--extra-index-url"],
      ...["-f", "--find-links", "-t", "--target", "--prefix", "--root", "--trusted-host", "--proxy", "--timeout"],
      ...["--retries", "--cache-dir", "--platform", "--python-version", "--implementation", "--abi", "--no-binary"],
      ...["--only-binary", "--progress-bar", "--upgrade-strategy", "--config-settings", "-C", "--global-option"],
      ...["--install-option", "--build-option", "--log", "--cert", "--client-cert", "--exists-action", "--src"],
      ...["--root-user-action", "--use-feature", "--use-deprecated", "--python", "--report", "--keyring-provider"],
      ...["-b", "--build", "-d", "--dest", "-w", "--wheel-dir", "--group"],
    ],
  },
  { manager: "conda", names: /^conda$/, actions: CONDA_ACTIONS, valued: CONDA_VALUED },
  { manager: "mamba", names: /^mamba$/, actions: CONDA_ACTIONS, valued: CONDA_VALUED },
  { manager: "micromamba", names: /^micromamba$/, actions: CONDA_ACTIONS, valued: CONDA_VALUED },
  { manager: "npm", names: /^npm$/, actions: NPM_ACTIONS, valued: NPM_VALUED },
  { manager: "yarn", names: /^yarn(pkg)?$/, actions: NPM_ACTIONS, valued: NPM_VALUED },
  { manager: "pnpm", names: /^pnpm$/, actions: NPM_ACTIONS, valued: NPM_VALUED },
  {
    manager: "gem",
    names: /^gem[\d.]*$/,
    actions: { install: "install", i: "install", update: "upgrade", uninstall: "remove", cleanup: "clean" },
    valued: [
      ...["-v", "--version", "-s", "--source", "-i", "--install-dir", "-n", "--bindir", "-P", "--trust-policy"],
      ...["-g", "--file", "--platform", "-p", "--http-proxy", "--build-root", "--config-file"],
    ],
  },
  {
    manager: "go",
    names: /^go[\d.]*$/,
    actions: { install: "install", get: "install", clean: "clean" },
    valued: [
      "-o",
      "-ldflags",
      "-tags",
      "-gcflags",
      "-asmflags",
      "-mod",
      "-modfile",
      "-p",
      "-C",
      "-buildmode",
      "-pkgdir",
    ],
    long: true,
  },
  {
    manager: "cargo",
    names: /^cargo$/,
    actions: { install: "install", binstall: "install", update: "upgrade", uninstall: "remove", clean: "clean" },
    valued: [
      ...["--version", "--vers", "--path", "--git", "--branch", "--tag", "--rev", "--root", "--registry", "--features"],
      ...[
        "-F",
        "--index",
        "--profile",
        "--target",
        "-j",
        "--jobs",
        "--bin",
        "--example",
        "--target-dir",
        "-Z",
        "--color",
      ],
      ...["--config", "-C"],
    ],
  },
];
