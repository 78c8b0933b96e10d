// `udiRoot.conf` as the text of a `site.yaml`, for `berth node migrate-config`.

import { nodeConfigError } from "./node-problems.ts";
import { migratedText } from "./shifter/migrated.ts";
import { readTrusted } from "./trusted-file.ts";
import { readUdiRootNode } from "./udi-root/read-node.ts";
import { translateUdiRoot } from "./udi-root/translate.ts";
import { parseUdiRoot } from "./udi-root.ts";

/** The text, and what the administrator should know of. @throws E_NODE_CONFIG, and what reading the file throws */
export async function migratedNode(
  path: string,
  { lenient = false } = {},
): Promise<{ readonly text: string; readonly warnings: readonly string[] }> {
  // Nothing is believed or run: whose file it is does not matter.
  const text = readTrusted(path, true);
  const translation = translateUdiRoot(parseUdiRoot(text, path), { lenient });
  const { problems } = translation.found;
  const placed = problems.map((misfit) => ({ ...misfit, line: translation.lineOf(misfit.path) }));
  if (placed.length > 0) throw nodeConfigError(path, placed);
  const { warnings } = readUdiRootNode(path, text, lenient);
  return { text: await migratedText(translation, path, "berth node migrate-config"), warnings };
}
