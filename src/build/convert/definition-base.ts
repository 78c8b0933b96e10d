// The headers of a definition's stage as FROM.

import { failAt } from "./errors.ts";
import { lower, type Piece } from "./ledger.ts";
import type { StageSections } from "./stage-sections.ts";

const ADVICE: Readonly<Record<string, string>> = {
  localimage: "push the image to a registry with berth push, and begin with Bootstrap: docker",
  oras: "a SIF file is no base for Docker: begin with Bootstrap: docker and the image that it was made from",
  library: "the library service has no open successor: begin with Bootstrap: docker",
  shub: "Singularity Hub was closed in 2021: begin with Bootstrap: docker",
};
const TRANSPORTS = ["docker-archive", "docker-daemon", "oci", "oci-archive"];

/** FROM of a stage. @throws E_CONVERT_REFUSED for bases that a Dockerfile cannot name */
export function baseLines(stage: StageSections): readonly Piece[] {
  const value = (key: string) => stage.stage.headers.findLast((header) => header.key === key)?.value;
  const bootstrap = stage.stage.headers.find(({ key }) => key === "bootstrap");
  const agent = bootstrap?.value.toLowerCase() ?? "";
  const from = value("from") ?? "";
  for (const key of ["fingerprints", "includecmd", "mirrorurl", "osversion", "include"]) {
    const part = stage.headerPart(key);
    if (part) lower(part, "dropped", "a Dockerfile has no words for it");
  }
  const as = stage.isLast ? "" : ` AS ${stage.name}`;
  const part = stage.headerPart("from") ?? stage.headerPart("bootstrap");
  if (agent === "scratch") return [{ lines: [`FROM scratch${as}`], part }];
  if (agent === "docker") {
    const image = from.replace(/^docker:\/\//, "");
    const whole = [value("registry"), value("namespace"), image].filter((one) => one).join("/");
    return [{ lines: [`FROM ${whole}${as}`], part }];
  }
  if (TRANSPORTS.includes(agent)) {
    if (part) lower(part, "approximated", "berth and buildah know such a base; Docker does not");
    return [{ lines: [`FROM ${agent}:${from}${as}`], part }];
  }
  const range = bootstrap?.range ?? stage.stage.range;
  throw failAt("E_CONVERT_REFUSED", stage.place(range), {
    what: `Bootstrap: ${agent || "(none)"}`,
    why: "a Dockerfile begins with an image of a registry",
    hint: ADVICE[agent] ?? "begin with Bootstrap: docker and an image of that distribution",
  });
}
