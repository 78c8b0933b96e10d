// Checks of programs that single features need: overlay files, encrypted images, images made of packages. Pure.

import type { Facts } from "./facts.ts";
import { install, ok, type Packages, type Verdict } from "./finding.ts";

/** What must be there together, and what it is for. */
interface Need {
  readonly programs: Readonly<Record<string, Packages>>;
  readonly consequence: string;
}

/** Overlay files are served in user space: ext by the one, all layers by the other. */
export function overlayFiles(facts: Facts): Verdict {
  return together(facts, {
    programs: {
      fuse2fs: { apt: "fuse2fs", dnf: "fuse2fs" },
      "fuse-overlayfs": { apt: "fuse-overlayfs", dnf: "fuse-overlayfs" },
    },
    consequence: "--overlay takes directories only: no overlay files, no overlays inside SIF files",
  });
}

/** Making overlay files, and mending one whose container was killed. */
export function overlayTools(facts: Facts): Verdict {
  const packages = { apt: "e2fsprogs", dnf: "e2fsprogs" };
  return together(facts, {
    programs: { mke2fs: packages, e2fsck: packages },
    consequence: "no overlay create and resize; an overlay file whose container was killed is not mended",
  });
}

export function decryption(facts: Facts): Verdict {
  return together(facts, {
    programs: { gocryptfs: { apt: "gocryptfs", dnf: "gocryptfs" } },
    consequence: "encrypted images cannot be run (they can be made)",
  });
}

/** One of the two is enough. */
export function debianBootstrap(facts: Facts): Verdict {
  const program = facts.programs["mmdebstrap"] ?? facts.programs["debootstrap"];
  if (program) return ok(program.path);
  return {
    state: "warn",
    found: "neither it nor debootstrap is installed",
    consequence: "definition files with Bootstrap: debootstrap cannot be built; those that begin with an image can",
    cure: install(facts, { apt: "mmdebstrap", dnf: "debootstrap" }),
  };
}

function together(facts: Facts, { programs, consequence }: Need): Verdict {
  const missing = Object.entries(programs).filter(([name]) => facts.programs[name] === undefined);
  if (missing.length === 0) {
    return ok(
      Object.keys(programs)
        .map((name) => facts.programs[name]?.path)
        .join(", "),
    );
  }
  const names = missing.map(([name]) => name).join(" and ");
  const packages = (kind: keyof Packages) => [...new Set(missing.map(([, pack]) => pack[kind]))].join(" ");
  const cure = install(facts, { apt: packages("apt"), dnf: packages("dnf") });
  return { state: "warn", found: `${names} not installed`, consequence, cure };
}
