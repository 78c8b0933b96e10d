// The short forms of mounts and ports that Docker and Compose share.

import type { Range } from "../../base/source.ts";
import type { LaunchMount, LaunchPort, PortRange } from "./types.ts";

/** `[SOURCE:]TARGET[:OPTIONS]` of `-v` and of Compose's `volumes`. */
export function mountOfWord(text: string, range: Range): LaunchMount {
  const [first = "", second, options = ""] = text.split(":");
  if (second === undefined) return { range, kind: "volume", source: undefined, target: first, readOnly: false };
  const kind = /^[./~$]/.test(first) ? "bind" : "volume";
  return { range, kind, source: first, target: second, readOnly: options.split(",").includes("ro") };
}

/** `type=bind,source=…,target=…,readonly` of `--mount`. */
export function mountOfFields(text: string, range: Range): LaunchMount {
  const fields = new Map(
    text.split(",").map((field) => {
      const equals = field.indexOf("=");
      return equals < 0 ? ([field, "true"] as const) : ([field.slice(0, equals), field.slice(equals + 1)] as const);
    }),
  );
  const get = (...names: readonly string[]) =>
    names.map((name) => fields.get(name)).find((value) => value !== undefined);
  return {
    range,
    kind: kindOf(get("type") ?? "volume"),
    source: get("source", "src"),
    target: get("target", "destination", "dst") ?? "",
    readOnly: /^(true|1)$/.test(get("readonly", "ro") ?? "false"),
  };
}

/** What Docker and Compose call the kinds of mounts. */
export function kindOf(type: string): LaunchMount["kind"] {
  return type === "bind" || type === "volume" || type === "tmpfs" ? type : "other";
}

/** `[ADDRESS:][HOST:]CONTAINER[/PROTOCOL]`, ranges with `-`. */
export function portOfWord(text: string, range: Range): LaunchPort {
  const [ports = "", protocol = "tcp"] = text.split("/");
  const match = /^(?:(\[[^\]]*\]|\d*[.][\d.]*):)?(?:([\d-]*):)?([^:]*)$/.exec(ports);
  const address = match?.[1] ?? "";
  return {
    ...{ range, text, protocol },
    host: portRange(match?.[2] ?? ""),
    container: portRange(match?.[3] ?? ""),
    loopback: /^(127\.|\[::1\])/.test(address),
  };
}

/** A port or a range of ports; undefined when it is none. */
export function portRange(text: string): PortRange | undefined {
  const match = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(text);
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first <= last && last <= 65_535 ? { first, last } : undefined;
}
