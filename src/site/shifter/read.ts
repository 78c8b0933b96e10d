// `imagemanager.json` as `site.yaml`'s form, with everything that is wrong or odd at its place in the text. Keys nobody
// knows are odd, not wrong: Shifter ignored them too.

import type { Problem, SourceText } from "../../base/source.ts";
import { type ConfigDocument, parseConfigDocument } from "../config-document.ts";
import type { Misfit } from "../misfit.ts";
import { placeIn } from "../place.ts";
import { misfits } from "../shape.ts";
import { mover, type Translation } from "./moves.ts";
import { SHIFTER_SCHEMA, type ShifterFile } from "./schema.ts";
import { type ShifterSurroundings, translateShifter } from "./translate.ts";

export interface ShifterReading {
  readonly document: ConfigDocument;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Empty when there are problems with the text or its form. */
  readonly translation: Translation;
}

/** Reads the text of an `imagemanager.json`. */
export async function readShifterDocument(source: SourceText, around: ShifterSurroundings): Promise<ShifterReading> {
  const document = await parseConfigDocument(source, "json");
  const unusable = (problems: readonly Problem[]) => ({ document, problems, warnings: [], translation: mover().end() });
  if (document.problems.length > 0) return unusable(document.problems);
  const found = misfits(SHIFTER_SCHEMA, document.value);
  const wrong = found.filter(({ kind }) => kind !== "unknown");
  if (wrong.length > 0) return unusable(wrong.map(placeIn(document)));
  const translation = translateShifter(document.value as ShifterFile, around);
  const odd = [...found.filter((misfit) => !isRemark(misfit)), ...translation.found.warnings];
  const [problems, warnings] = [translation.found.problems, odd].map((list) => list.map(placeIn(document)));
  return { document, translation, problems: problems ?? [], warnings: warnings ?? [] };
}

// JSON has no comments: people write them under keys like "_comment".
function isRemark({ path }: Misfit): boolean {
  return /^(_|\/\/|#)/.test(String(path.at(-1)));
}
