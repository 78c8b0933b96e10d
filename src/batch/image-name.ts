// Names of images as users of Shifter write them: `TYPE:NAME`, or a name of the site's default type (spec/shifter.md 5.2).
// Shifter drops characters that it does not like, and then takes another image or directory; here they are refused. Pure.

import { IMAGE_TYPES, type ImageType } from "../site/node-config.ts";
import { fail } from "./errors.ts";
import type { ImageRequest } from "./types.ts";

/** Reads a descriptor. @throws E_SHIFTER_IMAGE_NAME */
export function parseImageName(text: string, defaultType: ImageType): ImageRequest {
  const colon = text.indexOf(":");
  const named = typeOf(text.slice(0, Math.max(colon, 0)));
  const name = named === undefined ? text : text.slice(colon + 1);
  return imageRequest(named ?? defaultType, name, text);
}

/** An image whose type and name stand apart, as in SHIFTER_IMAGETYPE and SHIFTER_IMAGE. @throws E_SHIFTER_IMAGE_NAME */
export function imageRequest(type: string, name: string, asked = `${type}:${name}`): ImageRequest {
  const known = typeOf(type);
  const bad = (why: string) => fail("E_SHIFTER_IMAGE_NAME", { name: JSON.stringify(asked), why });
  if (known === undefined)
    throw bad(`${JSON.stringify(type)} is no type of image; types are ${IMAGE_TYPES.join(", ")}`);
  const problem = wrongWith(known, name);
  if (problem !== undefined) throw bad(problem);
  return { type: known, name, asked: typeOf(asked.split(":", 1)[0] ?? "") === known ? asked : `${known}:${name}` };
}

function typeOf(word: string): ImageType | undefined {
  return IMAGE_TYPES.find((type) => type === word);
}

function wrongWith(type: ImageType, name: string): string | undefined {
  if (name === "") return "its name is empty";
  if (type === "local") return wrongPath(name);
  const strange = /[^A-Za-z0-9_:.+@/-]/.exec(name)?.[0];
  if (strange !== undefined) return `${JSON.stringify(strange)} cannot stand in it`;
  if (name.includes("/") && type !== "docker") return `a name of the type ${type} has no /`;
  return undefined;
}

function wrongPath(path: string): string | undefined {
  if (!path.startsWith("/")) return "a local image is a directory by its absolute path";
  return /[\x00-\x1f\x7f]/.test(path) ? "its path has a control character" : undefined;
}
