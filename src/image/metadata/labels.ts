// Labels and definition text of a converted image (spec/apptainer.md section 1.6). Nothing in them depends on where or
// when the image was pulled: the same manifest gives the same bytes everywhere.

import type { OciImage } from "../../oci/types.ts";

/** Seconds since 1970 at which the image says it was made; 0 when it does not say. Fits squashfs' 32 bits. */
export function creationTime(image: OciImage): number {
  const time = Date.parse(image.config.created ?? "");
  return Number.isNaN(time) ? 0 : Math.min(Math.max(Math.floor(time / 1000), 0), 0xffff_ffff);
}

/** The definition that would make this image, named by digest. */
export function definitionText(image: OciImage): string {
  return `bootstrap: docker\nfrom: image@${image.descriptor.digest}\n\n`;
}

/** Labels sorted by name: what Apptainer adds at a build, the manifest's annotations, and the image's own, which win. */
export function imageLabels(image: OciImage): Record<string, string> {
  const time = creationTime(image);
  const labels: Record<string, string> = {
    "org.label-schema.schema-version": "1.0",
    "org.label-schema.build-arch": image.config.architecture,
    ...(time > 0 ? { "org.label-schema.build-date": buildDate(time) } : {}),
    "org.label-schema.usage.singularity.deffile.bootstrap": "docker",
    "org.label-schema.usage.singularity.deffile.from": `image@${image.descriptor.digest}`,
    ...openContainersAnnotations(image),
    ...image.config.config?.Labels,
  };
  return sorted(labels);
}

function openContainersAnnotations(image: OciImage): Record<string, string> {
  const annotations = Object.entries(image.manifest.annotations ?? {});
  return Object.fromEntries(annotations.filter(([name]) => name.startsWith("org.opencontainers.image.")));
}

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  ...["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"],
  ...["November", "December"],
];

/** Apptainer's form of a date: `Sunday_22_November_2026_3:14:54_UTC`. */
export function buildDate(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const clock = `${date.getUTCHours()}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const day = `${DAYS[date.getUTCDay()]}_${date.getUTCDate()}_${MONTHS[date.getUTCMonth()]}_${date.getUTCFullYear()}`;
  return `${day}_${clock}_UTC`;
}

function sorted(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
