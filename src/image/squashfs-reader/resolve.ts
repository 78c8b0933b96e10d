// Finds a path inside an image the way the kernel would after the image became the root: links are followed within it,
// and ".." ends at its top.

import { fail } from "./errors.ts";
import type { TreeStat } from "./tree.ts";

/** The kernel's limit. */
const MAX_LINKS = 40;
const MAX_COMPONENTS = 65_536;

/** What a tree must offer to have its paths resolved. */
export interface Lookup<Node extends TreeStat> {
  root(): Promise<Node>;
  /** The entry of a directory; undefined when there is none. */
  child(directory: Node, name: string): Promise<Node | undefined>;
  /** The image, for errors. */
  readonly path: string;
}

/**
 * The node at `name`; a link at its end is followed only with `follow`.
 * @throws E_IMAGE_PATH_MISSING, E_IMAGE_PATH_KIND, E_IMAGE_PATH_LOOP
 */
export async function resolvePath<Node extends TreeStat>(
  tree: Lookup<Node>,
  name: string,
  follow: boolean,
): Promise<Node> {
  const root = await tree.root();
  const trail = [root];
  const todo = components(name).reverse();
  let links = 0;
  for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
    const here = trail.at(-1) ?? root;
    if (here.type !== "dir") throw fail("E_IMAGE_PATH_MISSING", { name, path: tree.path });
    if (part === "..") {
      if (trail.length > 1) trail.pop();
      continue;
    }
    const next = await tree.child(here, part);
    if (!next) throw fail("E_IMAGE_PATH_MISSING", { name, path: tree.path });
    const last = todo.length === 0 && !name.endsWith("/");
    if (next.type !== "symlink" || (last && !follow)) {
      trail.push(next);
      continue;
    }
    const target = next.target ?? "";
    links += 1;
    if (links > MAX_LINKS || todo.length > MAX_COMPONENTS) throw fail("E_IMAGE_PATH_LOOP", { name, path: tree.path });
    if (target.startsWith("/")) trail.length = 1;
    todo.push(...components(target).reverse());
  }
  const found = trail.at(-1) ?? root;
  if (name.endsWith("/") && found.type !== "dir") throw fail("E_IMAGE_PATH_MISSING", { name, path: tree.path });
  return found;
}

function components(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}
