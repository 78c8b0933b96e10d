// Images that recipes are built from and launches start, by reference, with where they stand. Knows no rule.

import type { Range } from "../../../base/source.ts";
import { type ImageName, readImageName } from "../../image-name.ts";
import type { LaunchView } from "../../launch-view/types.ts";
import type { BaseView, CopyView, RecipeView } from "../../recipe-view/types.ts";
import type { Edit } from "../../types.ts";
import { allSteps } from "../recipe-parts.ts";

/** An image from outside, as somebody wrote it. */
export interface UsedImage {
  /** With variables put in, without the scheme. */
  readonly text: string;
  readonly name: ImageName;
  readonly range: Range;
  /** Bootstrap agent; `docker` where there are none. */
  readonly agent: string;
  /** A tag is written; else `name.tag` is what registries take. */
  readonly tagged: boolean;
}

/** What a recipe takes from outside: bases of stages, sources of COPY and of mounts; each view once. */
export function outerBases(recipe: RecipeView): readonly BaseView[] {
  // `%files from` takes stages only; so does a number.
  const copied =
    recipe.kind === "definition" ? [] : allSteps(recipe).flatMap(({ copies }) => copies.flatMap(outerSource));
  return [...recipe.stages.map(({ base }) => base), ...copied].filter(({ stage, scratch }) => !stage && !scratch);
}

function outerSource({ from }: CopyView): readonly BaseView[] {
  return from === undefined || /^\d+$/.test(from.text) ? [] : [from];
}

/** The same as references, mounts too; what is no reference of a registry is left out. */
export function usedImages(recipe: RecipeView): readonly UsedImage[] {
  const bases = outerBases(recipe).flatMap(({ resolved, range, name, agent }) =>
    name && resolved !== undefined && AGENTS.has(agent) ? [{ ...used(resolved, name, range), agent }] : [],
  );
  const names = new Set(recipe.stages.flatMap((stage) => [stage.name?.toLowerCase() ?? "", String(stage.index)]));
  const mounted = allSteps(recipe).flatMap(({ mounts }) =>
    mounts.flatMap(({ from, range }) => {
      if (from === undefined || from === "scratch" || from.includes("$") || names.has(from.toLowerCase())) return [];
      const name = readImageName(from);
      return typeof name === "string" ? [] : [used(from, name, range)];
    }),
  );
  return [...bases, ...mounted];
}

const AGENTS = new Set(["docker", "oras", "library", "shub"]);

function used(text: string, name: ImageName, range: Range): UsedImage {
  return { text, name, range, agent: "docker", tagged: /:[^/]+$/.test(text.replace(/@.*$/, "")) };
}

/** The image that a launch starts; undefined: a file, a folder, or what is no reference. */
export function launchedImage({ image, tool }: LaunchView): UsedImage | undefined {
  if (!image || /[$]/.test(image.value)) return undefined;
  const scheme = /^(docker|oras|library):(\/\/)?(?!\d+(\/|$))/.exec(image.value);
  const bare = tool === "apptainer" || tool === "ch-run" ? !scheme : false;
  // Apptainer takes a name without scheme for a file; of Charliecloud's names only those with a tag are surely images.
  if (tool === "apptainer" && bare) return undefined;
  const text = scheme ? image.value.slice(scheme[0].length) : image.value;
  if (
    /^([./~]|id:)|\.(sif|sqfs|img|squashfs|tar)$|^(oci|docker|dir|oci-archive|docker-archive|containers-storage):/.test(
      text,
    )
  ) {
    return undefined;
  }
  const name = readImageName(text);
  if (typeof name === "string") return undefined;
  const found = used(text, name, image.range);
  return tool === "ch-run" && !found.tagged ? undefined : found;
}

/** Writes another tag: behind the name where none stands. Undefined where the text is not what was read. */
export function withTag(source: string, { text, range, name, tagged }: UsedImage, tag: string): Edit | undefined {
  const written = source.slice(range.start, range.end).replace(/["']$/, "");
  if (!written.endsWith(text) || text.includes("@")) return undefined;
  const end = range.start + written.length;
  const start = tagged ? end - (name.tag ?? "").length - 1 : end;
  return { range: { start, end }, text: `:${tag}` };
}
