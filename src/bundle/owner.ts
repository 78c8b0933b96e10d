// Root, called for a container of somebody else, goes on as that user: what stands in his folder is his word, and must not make
// root signal or remove anything that he could not.

import { lstatSync } from "node:fs";

/** Gives up root's rights for those of the user to whom a folder of containers belongs. For good; does nothing for others. */
export function becomeOwner(root: string): void {
  if (process.geteuid?.() !== 0) return;
  const owner = lstatSync(root, { throwIfNoEntry: false });
  if (owner === undefined || owner.uid === 0) return;
  process.setgroups?.([]);
  process.setgid?.(owner.gid);
  process.setuid?.(owner.uid);
}
