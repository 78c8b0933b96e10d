// `udiRoot.conf` as the configuration of a node. On the way of every start without a set-up: no YAML, no schema library.

import { pathName } from "../config-document.ts";
import { findings } from "../findings.ts";
import type { Misfit } from "../misfit.ts";
import type { NodeSetting, NodeSettings } from "../node-config.ts";
import { nodeConfigError, problemLine } from "../node-problems.ts";
import type { NodeFile } from "../node-schema.ts";
import { settingsOf } from "../node-settings.ts";
import { resolveNode } from "../resolve-node.ts";
import { parseUdiRoot } from "../udi-root.ts";
import { udiKeyOf } from "./keys.ts";
import { type NodeTranslation, translateUdiRoot } from "./translate.ts";

/** Reads the text of a `udiRoot.conf`. @throws E_NODE_CONFIG, E_UDI_ROOT_LINE */
export function readUdiRootNode(path: string, text: string, lenient: boolean): NodeSettings {
  const translation = translateUdiRoot(parseUdiRoot(text, path), { lenient });
  // By construction it fits the schema: each kind of value has one way to be read.
  const file = (translation.file["node"] ?? {}) as NodeFile;
  const found = findings();
  const config = resolveNode(file, path, found);
  const own = (misfit: Misfit) => ({ ...misfit, line: translation.lineOf(misfit.path) });
  const resolved = (misfit: Misfit) => own(atOrigin(misfit, translation));
  const problems = [...translation.found.problems.map(own), ...found.problems.map(resolved)];
  if (problems.length > 0) throw nodeConfigError(path, problems);
  return {
    config,
    // Those who start a container do not ask.
    get settings() {
      return [...settingsOf(config, describe(translation)), ...droppedSettings(translation)];
    },
    get warnings() {
      const remarks = translation.remarks.map(({ line, text: remark }) => `${path}:${line}: ${remark()}`);
      const odd = [...translation.found.warnings.map(own), ...found.warnings.map(resolved)];
      return [...remarks, ...odd.map((problem) => problemLine(path, problem))];
    },
  };
}

// People know the names of their own file.
function atOrigin(misfit: Misfit, translation: NodeTranslation): Misfit {
  const path = translation.origin(misfit.path);
  return { ...misfit, path, message: misfit.message.replace(pathName(misfit.path), pathName(path)) };
}

function describe(translation: NodeTranslation): Parameters<typeof settingsOf>[1] {
  return (path) => {
    const to = ["node", ...path];
    const move = translation.moves.find((each) => each.to.join("\n") === to.join("\n"));
    const line = move && translation.lineOf(move.from);
    return { key: udiKeyOf(path), line, note: move?.note };
  };
}

function droppedSettings({ dropped, lineOf }: NodeTranslation): readonly NodeSetting[] {
  return dropped.map(({ from, why }) => ({
    key: pathName(from),
    value: "",
    line: lineOf(from),
    unused: true,
    note: why,
  }));
}
