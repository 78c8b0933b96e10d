// The part `services.engine` of site.yaml: the container engine that services run on.

import { type Static, Type } from "typebox";
import type { Path } from "../config-document.ts";
import { type Findings, msOf } from "../findings.ts";
import { about, choice, closed, duration, optional, text } from "../schema-words.ts";

/** What may stand under `services.engine`. */
export const ENGINE_SCHEMA = Type.Object(
  {
    address: optional(
      Type.String({
        pattern: "^(unix://)?/.+$|^(tcp|https?)://[^/@]+/?$",
        ...about("socket of the engine; looked for in the usual places unless said", "unix:///run/podman/podman.sock"),
      }),
    ),
    kind: choice("which engine to look for when no address is said", "auto", "docker", "podman"),
    timeout: duration("how long the engine may take for one answer", "30s"),
    tls: optional(
      Type.Object(
        {
          authority: text("certificate of the authority that the engine's is from", "/etc/berth/engine/ca.pem"),
          certificate: text("certificate that berth shows", "/etc/berth/engine/cert.pem"),
          key: text("its key", "/etc/berth/engine/key.pem"),
        },
        { ...closed, ...about("for an engine at https://") },
      ),
    ),
  },
  { ...closed, ...about("the container engine: Docker or Podman") },
);

/** Where the engine is and how it is asked. */
export interface EngineConfig {
  /** Undefined: the first of the usual sockets that is there. */
  readonly address: string | undefined;
  readonly kind: "auto" | "docker" | "podman";
  readonly timeoutMs: number;
  /** Paths of files. */
  readonly tls: {
    readonly authority: string | undefined;
    readonly certificate: string | undefined;
    readonly key: string | undefined;
  };
}

/** Completes and checks the part; `at` makes paths absolute. */
export function resolveEngine(
  file: Static<typeof ENGINE_SCHEMA> = {},
  { path, at, found }: { readonly path: Path; readonly at: (relative: string) => string; readonly found: Findings },
): EngineConfig {
  const { address, kind = "auto", tls = {} } = file;
  const whole = (name: string | undefined) => (name === undefined ? undefined : at(name));
  const host = address === undefined ? null : /^(?:tcp|http):\/\/(\[[^\]]*\]|[^/:]+)/.exec(address);
  if (host && !/^(?:127\.\d+\.\d+\.\d+$|localhost$|\[::1\]$)/.test(host[1] ?? ""))
    found.odd([...path, "address"], "is not protected: whoever reaches it is root there", "use https:// and tls");
  if ((tls.certificate === undefined) !== (tls.key === undefined))
    found.wrong([...path, "tls"], "needs certificate and key, or neither", "name both files");
  if (file.tls && address?.startsWith("https:") !== true)
    found.wrong([...path, "tls"], "is for an engine at https:// only", "write the address as https://host:2376");
  return {
    address,
    kind,
    timeoutMs: Math.max(1000, msOf(file.timeout, 30_000)),
    tls: { authority: whole(tls.authority), certificate: whole(tls.certificate), key: whole(tls.key) },
  };
}
