// Mounts and ports of a compose file's service, in short and long form.

import { type MapNode, type Node, valueAt } from "../../recipe/compose/tree.ts";
import { itemsOf, textAt, textOf, truthAt } from "./node-values.ts";
import { kindOf, mountOfWord, portOfWord, portRange } from "./spec-words.ts";
import type { LaunchMount, LaunchPort } from "./types.ts";

/** Of `volumes` and `tmpfs`. */
export function composeMounts(service: MapNode): readonly LaunchMount[] {
  const volumes = itemsOf(valueAt(service, "volumes")).flatMap((node) => mountOf(node) ?? []);
  const temporary = itemsOf(valueAt(service, "tmpfs")).flatMap((node): LaunchMount[] => {
    const text = textOf(node);
    if (!text) return [];
    const target = text.value.split(":")[0] ?? "";
    return [{ range: text.range, kind: "tmpfs", source: undefined, target, readOnly: false }];
  });
  return [...volumes, ...temporary];
}

function mountOf(node: Node): LaunchMount | undefined {
  const text = textOf(node);
  if (text) return mountOfWord(text.value, text.range);
  const target = textAt(node, "target");
  if (!target) return undefined;
  return {
    range: node.at.range,
    kind: kindOf(textAt(node, "type")?.value ?? "volume"),
    source: textAt(node, "source")?.value,
    target: target.value,
    readOnly: truthAt(node, "read_only")?.value ?? false,
  };
}

/** Of `ports`. */
export function composePorts(service: MapNode): readonly LaunchPort[] {
  return itemsOf(valueAt(service, "ports")).flatMap((node) => {
    const text = textOf(node);
    if (text) return [portOfWord(text.value, text.range)];
    const target = textAt(node, "target");
    const published = textAt(node, "published")?.value;
    if (!target) return [];
    return [
      {
        range: node.at.range,
        text: [published, target.value].filter(Boolean).join(":"),
        host: published === undefined ? undefined : portRange(published),
        container: portRange(target.value),
        protocol: textAt(node, "protocol")?.value ?? "tcp",
        loopback: /^(127\.|::1)/.test(textAt(node, "host_ip")?.value ?? ""),
      },
    ];
  });
}
