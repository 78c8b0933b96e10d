// The refusal of a recipe: a problem document that holds the whole proposal, so that whoever sent the recipe sees every
// finding with its place at once.

import type { FastifyReply, FastifyRequest } from "fastify";
import { problemOf, sendProblem } from "../../gateway/api/v2/problem.ts";
import type { Proposal } from "../types.ts";
import { fail } from "./errors.ts";
import { shownProposal } from "./show.ts";

/** Thrown for a recipe that may not be deployed. */
class Forbidden extends Error {
  readonly proposal: Proposal;

  constructor(proposal: Proposal) {
    super("a recipe is refused");
    this.name = "Forbidden";
    this.proposal = proposal;
  }
}

/** The refusal of what a proposal says may not be. */
export function forbidden(proposal: Proposal): Error {
  return new Forbidden(proposal);
}

/** Answers with what went wrong; a refused recipe with its proposal, as member `proposal` of the problem. */
export function sendServicesProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (!(error instanceof Forbidden)) {
    sendProblem(error, request, reply);
    return;
  }
  const { proposal } = error;
  const { spec, notes, findings } = proposal;
  const wrong = notes.filter(({ severity }) => severity === "error").length;
  const broken = findings.filter(({ severity, waived }) => severity === "error" && !waived).length;
  const problem = problemOf(fail("E_SERVICES_REFUSED", { stack: spec.name, count: wrong + broken }));
  const body = Buffer.from(JSON.stringify({ ...problem, proposal: shownProposal(proposal) }));
  reply.code(problem.status).header("content-type", "application/problem+json").send(body);
}
