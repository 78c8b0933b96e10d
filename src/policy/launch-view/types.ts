// One container as somebody asks for it: a service of a compose file or a run line, in one form, so that a practice about running
// is written once. Values are as written after variables that are known; ranges are places in the text.

import type { Problem, Range, SourceText } from "../../base/source.ts";

export type LaunchTool = "compose" | "docker" | "podman" | "podman-hpc" | "apptainer" | "shifter" | "ch-run";

/** A value and where it stands. */
export interface Placed<Value> {
  readonly value: Value;
  readonly range: Range;
}

export interface LaunchView {
  readonly source: SourceText;
  readonly tool: LaunchTool;
  /** The service, or the subcommand: `web`, `run`. */
  readonly name: string;
  /** Of the whole launch: the service's key, or the run line. */
  readonly range: Range;
  /** Runs as a daemon of an engine: docker, podman, compose; else as the caller. */
  readonly engine: boolean;
  /** What the tool would not take of a run line. */
  readonly problems?: readonly Problem[] | undefined;
  /** A service: compose, `docker run -d`, an instance. */
  readonly service: boolean;
  /** Reference or path, as written. */
  readonly image: Placed<string> | undefined;
  readonly user: Placed<string> | undefined;
  readonly privileged: Placed<boolean> | undefined;
  readonly mounts: readonly LaunchMount[];
  readonly ports: readonly LaunchPort[];
  /** In capitals, without `CAP_`; `ALL`. */
  readonly capAdd: readonly Placed<string>[];
  readonly capDrop: readonly Placed<string>[];
  /** `no-new-privileges:true`, `seccomp=unconfined`; with `:` or `=` as written. */
  readonly securityOptions: readonly Placed<string>[];
  /** Namespaces with what they are to be: `network` → `host`. */
  readonly namespaces: readonly (Placed<string> & {
    readonly kind: "network" | "pid" | "ipc" | "uts" | "user" | "cgroup";
  })[];
  readonly readOnlyRoot: Placed<boolean> | undefined;
  readonly terminal: Placed<boolean> | undefined;
  readonly limits: { readonly memory: boolean; readonly processes: boolean; readonly cpus: boolean };
  /** Values undefined: taken over from the caller. */
  readonly environment: readonly (Placed<string | undefined> & { readonly name: string })[];
  readonly logDriver: Placed<string> | undefined;
  readonly healthCheck: boolean | undefined;
  /** `always` also where a label of Rancher asks for it. */
  readonly pull: string | undefined;
  /** Words of the command inside the container, wrappers of the shell not removed. */
  readonly command: readonly Placed<string>[];
  /** Options of the tool as written, without dashes: `writable-tmpfs`, `fakeroot`; of Apptainer also those that variables set. */
  readonly flags: readonly (Placed<string | undefined> & { readonly name: string })[];
  /** Where a line with a key can be put in, with its indentation; compose files in block style only. */
  readonly insertion: { readonly at: number; readonly indent: string } | undefined;
  /** Tags of the stack and what is known of it; undefined for run lines. */
  readonly stack:
    | { readonly name: string; readonly tags: ReadonlyMap<string, string>; readonly open: boolean }
    | undefined;
}

export interface LaunchMount {
  readonly range: Range;
  readonly kind: "bind" | "volume" | "tmpfs" | "other";
  /** Host path or volume name; undefined: anonymous. */
  readonly source: string | undefined;
  readonly target: string;
  readonly readOnly: boolean;
}

export interface LaunchPort {
  readonly range: Range;
  /** As written. */
  readonly text: string;
  readonly host: PortRange | undefined;
  /** Undefined: no port, or none that there is. */
  readonly container: PortRange | undefined;
  readonly protocol: string;
  /** Only reached from the node itself. */
  readonly loopback: boolean;
}

/** Ports from the first to the last one. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}
