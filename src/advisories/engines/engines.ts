// Other programs that look for flaws: how each is called without a network, what its exit statuses mean, and who reads its
// answer. Starts nothing.

import type { Candidate } from "../match/candidate.ts";
import { grypeCandidates } from "./grype.ts";
import type { Installed } from "./installed.ts";
import { osvScannerCandidates } from "./osv-scanner.ts";
import { trivyCandidates } from "./trivy.ts";

/** The programs that can be asked. */
export const ENGINES = ["trivy", "grype", "osv-scanner"] as const;
export type EngineName = (typeof ENGINES)[number];

/** What an engine is given to look at. */
export type EngineInput =
  | { readonly kind: "sbom"; readonly path: string }
  /** An image in a tar file: docker-archive or OCI layout. */
  | { readonly kind: "archive"; readonly path: string }
  | { readonly kind: "sif"; readonly path: string };

/** An engine as it is called and understood. */
export interface Engine {
  /** Arguments of the call; undefined when it cannot look at such a thing. */
  readonly plan: (input: EngineInput) => readonly string[] | undefined;
  readonly versionArgs: readonly string[];
  /** Exit statuses after which its answer counts. */
  readonly answered: readonly number[];
  /** Variables that keep it off the network. */
  readonly env: Readonly<Record<string, string>>;
  /** Variable that says where its databases are. */
  readonly dataVariable: string;
  readonly read: (answer: unknown, installed: Installed) => readonly Candidate[] | undefined;
}

const TRIVY_OFFLINE = [
  ...["--format", "json", "--quiet", "--offline-scan", "--skip-db-update", "--skip-java-db-update"],
  ...["--skip-check-update", "--skip-version-check", "--disable-telemetry"],
];

/** Calls and answers by engine. */
export const ENGINE_TABLE: Readonly<Record<EngineName, Engine>> = {
  trivy: {
    plan: ({ kind, path }) => {
      if (kind === "sif") return undefined;
      if (kind === "sbom") return ["sbom", ...TRIVY_OFFLINE, path];
      return ["image", "--input", path, ...TRIVY_OFFLINE, "--scanners", "vuln", "--list-all-pkgs"];
    },
    versionArgs: ["--version"],
    answered: [0],
    env: {},
    dataVariable: "TRIVY_CACHE_DIR",
    read: trivyCandidates,
  },
  grype: {
    plan: ({ kind, path }) => {
      const scheme = { sbom: "sbom", archive: "docker-archive", sif: "singularity" }[kind];
      return [`${scheme}:${path}`, "-o", "json", "-q"];
    },
    versionArgs: ["version"],
    // 2: findings at the level of a fail-on that a configuration may have.
    answered: [0, 2],
    env: { GRYPE_DB_AUTO_UPDATE: "false", GRYPE_CHECK_FOR_APP_UPDATE: "false", GRYPE_DB_VALIDATE_AGE: "false" },
    dataVariable: "GRYPE_DB_CACHE_DIR",
    read: grypeCandidates,
  },
  "osv-scanner": {
    plan: ({ kind, path }) => {
      if (kind === "sif") return undefined;
      const what = kind === "sbom" ? ["source", "--lockfile", path] : ["image", "--archive", path];
      return ["scan", ...what, "--offline", "--format", "json"];
    },
    versionArgs: ["--version"],
    // 1: something was found; 128: there was nothing to look at.
    answered: [0, 1, 128],
    env: {},
    dataVariable: "OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY",
    read: osvScannerCandidates,
  },
};
