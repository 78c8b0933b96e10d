// Where verdicts lie: `IMAGE.verdict.json`, or `ID.verdict` in the image folder of a system, where the gateway names files by digests.

/** Ending of a verdict's file beside an image of a person. */
export const BESIDE = ".verdict.json";

/** Names that the verdict of an image's file may have, the usual one first. */
export function verdictPlaces(image: string): readonly string[] {
  const [, published] = /^(.*\/[0-9a-f]{32,128})\.(?:squashfs|ext4|xfs)$/.exec(image) ?? [];
  return [...(published === undefined ? [] : [`${published}.verdict`]), `${image}${BESIDE}`];
}
