// A stack as one compose file that gives the same again elsewhere or later: everything laid together and interpolated, images by
// the digests that run, secrets by their names.

import { printStack } from "../../recipe/compose/index.ts";
import type { StackSpec } from "../../recipe/stack/types.ts";
import type { Deployment, ResolvedImage } from "../types.ts";
import type { Export } from "./types.ts";

const NAME = "compose.yml";

/** Of the deployment that counts. Pure. */
export function exportStack({ spec, images }: Pick<Deployment, "spec" | "images">): Export {
  return { files: [{ name: NAME, text: printStack(pinned(spec, images)) }], compose: [NAME], images };
}

function pinned(spec: StackSpec, images: Deployment["images"]): StackSpec {
  return { ...spec, services: spec.services.map((one) => ({ ...one, image: pin(one.image, images[one.name]) })) };
}

// An image that was made on the engine has no digest that a registry would know: its name is all there is to say.
function pin(written: string, image: ResolvedImage | undefined): string {
  return image?.local.includes("@") ? image.local : written;
}
