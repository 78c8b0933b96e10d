// The ports of an image: APP004.

import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import type { StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { debian } from "../packages/calls.ts";
import { finalSteps } from "../recipe-parts.ts";
import { portGroup } from "./service-groups.ts";

export const UNLIKE_PORTS = practice({
  id: "APP004",
  title: "The ports of an image belong to one service",
  severity: "info",
  class: "optional",
  certainty: "likely",
  message: "ports {ports} belong to services of different kinds",
  hint: "make an image of each service, and expose its own ports there",
  why: "Services with lives of their own are started, watched and mended one by one only in images of their own.",
  source: "N2.3",
  peers: [],
  checks: {
    recipe: ({ recipe }) => {
      const found = finalSteps(recipe).flatMap(exposedPorts);
      const groups = new Map(
        found.map(({ port }) => [portGroup(port), port] as const).filter(([group]) => group !== undefined),
      );
      const last = found.at(-1);
      if (groups.size < 2 || !last) return undefined;
      return { fields: { ports: listed([...groups.values()].map(String)) }, range: last.range };
    },
  },
  passes: [
    { shows: "one port", dockerfile: debian("EXPOSE 8080") },
    { shows: "two of the web", dockerfile: debian("EXPOSE 80 443/tcp") },
    { shows: "ports of nobody", dockerfile: debian("EXPOSE 80 12345") },
  ],
  fails: [
    { shows: "80 and 3306", dockerfile: debian("EXPOSE 80 3306"), expect: { says: "80 and 3306" } },
    { shows: "in two lines", dockerfile: debian("EXPOSE 443", "EXPOSE 6379/tcp"), expect: { line: 3 } },
  ],
});

function exposedPorts({ instruction }: StepView): readonly { readonly port: number; readonly range: Hit["range"] }[] {
  if (instruction?.keyword !== "EXPOSE") return [];
  return instruction.words.flatMap(({ text, range }) => {
    const port = Number.parseInt(text, 10);
    return Number.isNaN(port) ? [] : [{ port, range }];
  });
}
