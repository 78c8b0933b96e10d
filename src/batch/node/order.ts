// Writes down what `berth-node setup` shall do, in the form of native/order.h. Decides nothing.

/** An empty file system of a user on this node. */
export interface CacheStep {
  readonly op: "cache";
  /** Where it is mounted, a name in the holder. */
  readonly name: string;
  /** Name of its file, to which a dot and six letters are added; it is gone at once. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  readonly mkfs: string;
  readonly gid: number;
}

/** One step of a set-up, carried out in the order given. */
export type OrderStep =
  | CacheStep
  /** A user namespace in which the user of this group is himself, under this name in the holder. */
  | { readonly op: "namespace"; readonly name: string; readonly gid: number }
  /** A launch plan (`encodePlan`). */
  | { readonly op: "launch"; readonly plan: Buffer }
  /** A file in the holder. */
  | { readonly op: "file"; readonly name: string; readonly content: string | Buffer };

/** What root's hands shall do. */
export interface Order {
  /** The holder's directory. */
  readonly dir: string;
  readonly uid: number;
  /** Absolute path of berth-launch. */
  readonly launcher: string;
  /** The file whose content tells one set-up from another. */
  readonly same: string;
  readonly steps: readonly OrderStep[];
}

/** The bytes of an order. Words must be free of NUL, as everything that came through a command line or a launch plan is. */
export function encodeOrder({ dir, uid, launcher, same, steps }: Order): Buffer {
  const parts = ["BERTHNODE1\n", words("holder", dir, uid, launcher, same), ...steps.flatMap(encodeStep), words("end")];
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
}

function encodeStep(step: OrderStep): readonly (string | Buffer)[] {
  switch (step.op) {
    case "cache":
      return [words("cache", step.name, step.file, step.size, step.mkfs, step.gid)];
    case "namespace":
      return [words("namespace", step.name, step.gid)];
    case "launch":
      return [words("launch", step.plan.length), step.plan];
    case "file":
      return [words("file", step.name, Buffer.byteLength(step.content)), step.content];
  }
}

function words(...all: readonly (string | number)[]): string {
  return all.map((word) => `${word}\0`).join("");
}
