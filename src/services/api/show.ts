// From the desk's records to what goes over the wire, where they differ: places in files become lines and columns.

import type { Static } from "typebox";
import { codeFrame, type Located, positionOf } from "../../base/source.ts";
import type { Sent } from "../../gateway/api/v2/type-provider.ts";
import { maskSecrets } from "../../policy/secret-mask.ts";
import type { Finding } from "../../policy/types.ts";
import type { Places } from "../../recipe/stack/types.ts";
import type { SignedIn } from "../desk/types.ts";
import type { Advance, Operation, StackDiff } from "../stacks/types.ts";
import type { Deployment, Proposal } from "../types.ts";
import type * as deployment from "./schemas/deployment.ts";
import type * as proposal from "./schemas/proposal.ts";
import type * as session from "./schemas/session.ts";

/** Lines of a code frame are cut to so many letters: a recipe may be one line of a megabyte. */
const FRAME_LETTERS = 160;

/** A place as people count it. */
export function shownPlace({ source, range }: Located): Sent<Static<typeof proposal.Place>> {
  const from = positionOf(source.text, range.start);
  const to = positionOf(source.text, range.end);
  // Answers are kept in logs of pipelines, where the recipe is not.
  const frame = maskSecrets(codeFrame({ source, range }))
    .split("\n")
    .map((row) => (row.length > FRAME_LETTERS ? `${row.slice(0, FRAME_LETTERS)}…` : row))
    .join("\n");
  return { file: source.name, line: from.line, column: from.column, endLine: to.line, endColumn: to.column, frame };
}

/** The place of a pointer: its own, or that of its nearest parent. */
export function placeOf(places: Places, pointer: string): Located | undefined {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf("/"))) {
    const place = places.get(at);
    if (place || at === "") return place;
  }
}

export function shownFinding(finding: Finding, places?: Places): Sent<Static<typeof proposal.Finding>> {
  const place = finding.place ?? (places ? placeOf(places, finding.pointer) : undefined);
  return { ...finding, place: place ? shownPlace(place) : undefined };
}

/** What would come of a recipe. */
export function shownProposal(proposed: Proposal): Sent<Static<typeof proposal.Proposal>> {
  const { spec, notes, findings, places, plan, allowed } = proposed;
  return {
    stack: spec.name,
    services: spec.services.map(({ name }) => name),
    notes: notes.map((note) => {
      const place = note.place ?? placeOf(places, note.pointer);
      return { ...note, place: place ? shownPlace(place) : undefined };
    }),
    findings: findings.map((finding) => shownFinding(finding, places)),
    plan: { waves: plan.waves, warnings: plan.warnings },
    allowed,
  };
}

/** What would change; values as JSON. */
export function shownDiff({ stack, services, same }: StackDiff): Sent<Static<typeof proposal.StackDiff>> {
  return {
    ...{ stack, same },
    services: services.map(({ service, change, fields }) => ({
      ...{ service, change },
      fields: fields.map(({ pointer, before, after }) => ({ pointer, before: json(before), after: json(after) })),
    })),
  };
}

function json(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/** An operation, its person by name. */
export function shownOperation({ by, ...operation }: Operation): Sent<Static<typeof deployment.Operation>> {
  return { ...operation, by: by.user };
}

/** News of an operation. */
export function shownAdvance(advance: Advance): Sent<Static<typeof deployment.Advance>> {
  if (advance.kind === "end") return { kind: "end", operation: shownOperation(advance.operation) };
  if (advance.kind === "phase") return advance;
  const { step, state, detail } = advance.report;
  return { kind: "step", at: advance.at, step, state, detail };
}

/** A deployment: the recipe and the whole spec stay out, they are asked for by themselves. */
export function shownDeployment(made: Deployment): Sent<Static<typeof deployment.Deployment>> {
  const { id, stack, number, kind, by, at, images, ports, findings, state, message, finishedAt } = made;
  return {
    ...{ id, stack, number, kind, at, ports, state, message, finishedAt },
    by: by.user,
    images: Object.fromEntries(
      Object.entries(images).map(([service, { reference, digest }]) => [service, { reference, digest }]),
    ),
    findings: findings.map((finding) => shownFinding(finding)),
  };
}

export function shownPerson(who: SignedIn): Sent<Static<typeof session.Me>> {
  const { user, uid, gid, name, groups, roles, via, expiresAt } = who;
  return { user, uid, gid, name, groups, roles, via, expiresAt };
}
