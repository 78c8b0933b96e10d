// A file tree as plain data, the form in which model, our own output and other programs' output are compared.

/** What is at a path. Hard links are the same object under several paths while a tree is built. */
export interface TreeNode {
  readonly type: "file" | "dir" | "symlink" | "fifo" | "device";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly content: string;
  readonly target: string;
  readonly xattrs: Readonly<Record<string, string>>;
  /** A directory that no entry described: its metadata is anybody's choice. */
  readonly implied: boolean;
}

export type Tree = Map<string, TreeNode>;

export const IMPLIED: TreeNode = {
  type: "dir",
  mode: 0o755,
  uid: 0,
  gid: 0,
  mtime: 0,
  content: "",
  target: "",
  xattrs: {},
  implied: true,
};

/** What of a node is compared. */
export interface Compared {
  readonly owners: boolean;
  readonly xattrs: boolean;
  /** Times of directories: a tool that writes into a directory without an entry for it may leave its own time there. */
  readonly dirTimes: boolean;
}

/** One line for each path, sorted, devices left out; hard-linked names carry the first name of their group. */
export function describe(tree: Tree, implied: ReadonlySet<string>, o: Compared): string[] {
  const first = new Map<TreeNode, string>();
  return [...tree]
    .filter(([path, { type }]) => path !== "" && type !== "device")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, node]) => {
      const name = JSON.stringify(path);
      if (node.type === "dir" && implied.has(path)) return `${name} dir`;
      const group = node.type === "dir" ? path : (first.get(node) ?? path);
      first.set(node, group);
      const owner = o.owners ? ` ${node.uid}:${node.gid}` : "";
      const xattrs = o.xattrs ? ` ${JSON.stringify(node.xattrs)}` : "";
      const time = node.type === "dir" && !o.dirTimes ? "-" : node.mtime;
      const mode = node.type === "symlink" ? "" : ` ${node.mode.toString(8)}`;
      const what = `${JSON.stringify(node.content)}${JSON.stringify(node.target)}`;
      return `${name} ${node.type}${mode}${owner} ${time} ${what}${xattrs} =${JSON.stringify(group)}`;
    });
}

/** The directories of a tree that no entry described. */
export function impliedIn(tree: Tree): ReadonlySet<string> {
  return new Set([...tree].filter(([, node]) => node.implied).map(([path]) => path));
}
