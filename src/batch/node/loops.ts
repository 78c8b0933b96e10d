// Loop devices as /sys tells of them: which file each holds.

import { readdirSync, readFileSync } from "node:fs";

/** An attached loop device. */
export interface Loop {
  /** Such as `/dev/loop3`. */
  readonly device: string;
  /** `major:minor`, as tables of mounts have it. */
  readonly number: string;
  /** The file, with ` (deleted)` when it has no name any more. */
  readonly file: string;
  readonly bytes: number;
}

const SECTOR = 512;

/** The attached loop devices of this machine. */
export function attachedLoops(block = "/sys/block"): readonly Loop[] {
  return readdirSync(block)
    .filter((name) => name.startsWith("loop"))
    .flatMap((name) => {
      const [file, number, sectors] = ["loop/backing_file", "dev", "size"].map((what) =>
        text(`${block}/${name}/${what}`),
      );
      if (!file || !number) return [];
      return [{ device: `/dev/${name}`, number, file, bytes: Number(sectors) * SECTOR }];
    });
}

function text(path: string): string {
  try {
    return readFileSync(path, "utf8").replace(/\n$/, "");
  } catch {
    return ""; // not attached, or detached at this moment
  }
}
