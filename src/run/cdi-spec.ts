// Specifications of the Container Device Interface: parsing at the border, so that the rest trusts what it gets. Pure.
// Fields that a container started without a privileged runtime cannot use (net devices, RDT classes) are left out.

/** One change a device makes to a container. */
export interface ContainerEdits {
  readonly env: readonly string[];
  readonly deviceNodes: readonly { readonly path: string; readonly hostPath: string }[];
  readonly mounts: readonly { readonly hostPath: string; readonly containerPath: string; readonly readonly: boolean }[];
  readonly hooks: readonly string[];
}

export interface CdiSpec {
  /** `vendor/class`. */
  readonly kind: string;
  readonly devices: ReadonlyMap<string, ContainerEdits>;
  /** Applied once when any device of the specification is used. */
  readonly common: ContainerEdits;
}

/** The specification in a parsed JSON or YAML document, or why it is none. */
export function parseCdiSpec(document: unknown): CdiSpec | string {
  const spec = asRecord(document);
  const kind = spec["kind"];
  if (typeof kind !== "string" || !/^[^/\s]+\/[^/\s]+$/.test(kind)) return "it has no kind of the form vendor/class";
  if (typeof spec["cdiVersion"] !== "string") return "it has no cdiVersion";
  const devices = new Map<string, ContainerEdits>();
  for (const entry of asList(spec["devices"])) {
    const device = asRecord(entry);
    // Before version 0.5 a name could also be written as a number.
    const name = device["name"];
    if (typeof name === "string" || typeof name === "number")
      devices.set(String(name), parseEdits(device["containerEdits"]));
  }
  return { kind, devices, common: parseEdits(spec["containerEdits"]) };
}

function parseEdits(value: unknown): ContainerEdits {
  const edits = asRecord(value);
  return {
    env: asList(edits["env"]).filter((line) => typeof line === "string"),
    deviceNodes: asList(edits["deviceNodes"]).flatMap((entry) => {
      const { path, hostPath } = asRecord(entry);
      return isPath(path) ? [{ path, hostPath: isPath(hostPath) ? hostPath : path }] : [];
    }),
    mounts: asList(edits["mounts"]).flatMap((entry) => {
      const { hostPath, containerPath, options } = asRecord(entry);
      if (!isPath(hostPath) || !isPath(containerPath)) return [];
      return [{ hostPath, containerPath, readonly: asList(options).includes("ro") }];
    }),
    hooks: asList(edits["hooks"]).map((entry) => {
      const { hookName, path, args } = asRecord(entry);
      const words = asList(args).slice(1).join(" ");
      return `${hookName}: ${words === "" ? path : words}`;
    }),
  };
}

function isPath(value: unknown): value is string {
  return typeof value === "string" && value.startsWith("/");
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
