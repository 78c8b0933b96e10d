// Whether the source of a user's volume is a file: it decides what is drawn where its target is missing. Asked with the user's
// own rights, for a path of his choice may lead anywhere; a wrong answer only makes his launch fail, with the reason.

import type { ImageView } from "../../run/image-facts.ts";
import type { MountRecord } from "../../run/launch-plan.ts";
import { isFileInside } from "../container-path.ts";
import type { BatchImage, BatchLaunch } from "../types.ts";
import { filesForPerson } from "./files-for-person.ts";

/** The sources among the user's volumes that are files, in a container with these mounts. @throws E_SQUASHFS_… */
export async function fileSources(
  { request, image, person, config }: BatchLaunch,
  mounts: readonly MountRecord[],
): Promise<ReadonlySet<string>> {
  const sources = request.volumes.filter(({ cache }) => cache === undefined).map(({ from }) => from);
  if (sources.length === 0) return new Set();
  const host = config.userSources.map((dir): MountRecord => ({ op: "bind", source: dir, target: dir, flags: [] }));
  const all = [...mounts, ...host];
  const root = { kind: "dir", source: image.root.path } as const;
  const [mounted, others] = [
    sources.filter((path) => isBelow(path, all)),
    sources.filter((path) => !isBelow(path, all)),
  ];
  const places: string[] = [];
  const note = (place: string) => {
    places.push(place);
    return false;
  };
  for (const path of mounted) isFileInside(path, root, all, note);
  const files = await filesForPerson(places, person);
  const found = mounted.filter((path) => isFileInside(path, root, all, (place) => files.has(place)));
  return new Set([...found, ...(await filesOfImage(others, image))]);
}

function isBelow(path: string, mounts: readonly MountRecord[]): boolean {
  return mounts.some(({ target }) => path === target || path.startsWith(`${target}/`));
}

async function filesOfImage(paths: readonly string[], { root }: BatchImage): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  const among = async (view: ImageView) => {
    const kinds = await Promise.all(paths.map((path) => view.kind(path)));
    return paths.filter((_, at) => kinds[at] === "file");
  };
  if (root.kind === "dir") return await among((await import("../../run/directory-view.ts")).directoryView(root.path));
  const { withSquashfsView } = await import("../../run/squashfs-view.ts");
  return await withSquashfsView(root.path, 0, among);
}
