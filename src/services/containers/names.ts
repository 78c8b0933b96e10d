// Names for containers that nobody named: two words, so that people can say them. Uniqueness is the engine's business.

import { randomInt } from "node:crypto";

const HOW = (
  "amber ample brisk bright calm candid clever cosy crisp dapper eager early fair fine fond frank gentle glad " +
  "grand handy happy hardy honest jolly keen kind light lively lucid mellow merry mild neat nimble noble patient " +
  "placid plain polite proud quick quiet rapid ready serene sharp silent sincere sleek smart smooth snug solid " +
  "steady stout subtle sunny swift tidy tranquil upbeat useful vivid warm wise witty"
).split(" ");

const WHAT = (
  "anchor atoll bay beacon boat bollard bow breeze buoy canal cape cargo chart coast compass cove crane creek crew " +
  "current deck delta dock dune estuary ferry fjord fleet foam galley gull gulf gust harbour haven hull inlet island " +
  "isle jetty keel kelp lagoon lantern marina mast mole oar otter pearl pier pilot port quay reef rigging river rope " +
  "rudder sail schooner shoal shore sloop sound spray stern strait surf tide tiller tug wave wharf"
).split(" ");

/** `calm_bay`; from the third try on with a number, when the short ones are taken. */
export function randomName(attempt: number, pick: (below: number) => number = randomInt): string {
  const name = `${HOW[pick(HOW.length)]}_${WHAT[pick(WHAT.length)]}`;
  return attempt < 2 ? name : `${name}_${pick(1_000_000)}`;
}
