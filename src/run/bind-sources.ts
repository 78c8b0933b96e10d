// Refuses a launch whose bind sources do not exist, before anything is started, naming both paths.

import { defineErrors } from "../base/errors.ts";
import type { HostFacts } from "./host.ts";
import type { LaunchRequest } from "./request.ts";

const fail = defineErrors({
  E_BIND_SOURCE: {
    text: "cannot bind {source} to {target}: mount source {source} doesn't exist",
    hint: "check the name (-B {text}); it must exist on this machine and you must be able to reach it",
  },
  E_HOME_SOURCE: {
    text: "cannot bind {source} to the home directory {target}: {source} is no directory",
    hint: "check the name given to --home",
  },
  E_OVERLAY_KIND: {
    text: "the overlay {path} is {what}",
    hint: "make a directory (mkdir {path}) or an image (berth overlay create {path}) first",
  },
});

/** Checks binds, home and overlays. @throws E_BIND_SOURCE, E_HOME_SOURCE, E_OVERLAY_KIND */
export function checkSources(request: LaunchRequest, host: Pick<HostFacts, "kind">): void {
  for (const { source, target, text } of request.binds) {
    if (host.kind(source) === undefined) throw fail("E_BIND_SOURCE", { source, target, text });
  }
  if (request.home && host.kind(request.home.source) !== "dir") throw fail("E_HOME_SOURCE", { ...request.home });
  for (const { path } of request.overlays) {
    const kind = host.kind(path);
    if (kind !== "dir" && kind !== "file")
      throw fail("E_OVERLAY_KIND", { path, what: kind === undefined ? "missing" : "neither a directory nor a file" });
  }
}
