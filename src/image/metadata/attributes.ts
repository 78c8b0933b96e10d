// What `inspect` tells of an image, as one record and in Apptainer's JSON form (spec/apptainer.md section 1.6). The SIF
// object `inspect-metadata.json` is this form; bare squashfs files and directories have the same data as files.

import type { OciImage } from "../../oci/types.ts";
import { environmentScript } from "./environment.ts";
import { definitionText, imageLabels } from "./labels.ts";
import { runscript } from "./runscript.ts";
import { EMPTY_SCRIPT, ENVIRONMENT } from "./scripts.ts";
import { DOCKER_ENVIRONMENT } from "./tree.ts";

/** Data of one SCIF app. */
export interface AppAttributes {
  readonly environment?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly runscript?: string;
  readonly test?: string;
  readonly helpfile?: string;
}

/** Everything but the partition's content; a field is missing when the image has no such thing. */
export interface ImageAttributes extends AppAttributes {
  readonly apps?: Readonly<Record<string, AppAttributes>>;
  readonly deffile?: string;
  readonly startscript?: string;
}

/** The outer form of the JSON document. */
export interface InspectDocument {
  readonly data: { readonly attributes: ImageAttributes };
  readonly type: "container";
}

/** A script or text as `inspect` has it: without the newlines at its end. */
export function asAttribute(text: string): string {
  return text.replace(/\n+$/, "");
}

/** The attributes of an image as berth converts it. */
export function imageAttributes(image: OciImage): ImageAttributes {
  const config = image.config.config ?? {};
  return {
    environment: {
      [`/${DOCKER_ENVIRONMENT}`]: asAttribute(environmentScript(config.Env ?? [])),
      "/.singularity.d/env/90-environment.sh": asAttribute(ENVIRONMENT["90-environment.sh"] ?? ""),
      "/.singularity.d/env/91-environment.sh": asAttribute(ENVIRONMENT["91-environment.sh"] ?? ""),
    },
    labels: imageLabels(image),
    runscript: asAttribute(runscript(config)),
    test: asAttribute(EMPTY_SCRIPT),
    deffile: asAttribute(definitionText(image)),
    startscript: asAttribute(EMPTY_SCRIPT),
  };
}

export function inspectDocument(attributes: ImageAttributes): InspectDocument {
  return { data: { attributes }, type: "container" };
}
