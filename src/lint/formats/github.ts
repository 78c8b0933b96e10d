// Annotations of GitHub's workflow commands: `::warning file=…,line=…,col=…,title=…::text`.

import type { Finding, Severity } from "../../policy/types.ts";
import { regionOf } from "../line-index.ts";
import type { CheckedThing, Report } from "../report.ts";
import { counts } from "./gnu.ts";

const COMMANDS: Readonly<Record<Severity, string>> = {
  error: "error",
  warning: "warning",
  info: "notice",
  style: "notice",
};

/** A workflow command for each finding that counts. */
export function githubReport({ things }: Report): string {
  return things
    .flatMap((thing) => thing.findings.filter(counts).map((finding) => `${command(thing, finding)}\n`))
    .join("");
}

function command({ name }: CheckedThing, { severity, message, hint, rule, place }: Finding): string {
  const region = place && regionOf(place.source, place.range);
  const properties = [
    ["file", name],
    ["line", region?.start.line],
    ["endLine", region?.end.line],
    ["col", region?.start.column],
    ["title", rule],
  ].flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${escapedProperty(String(value))}`]));
  const text = hint === undefined ? message : `${message}: ${hint}`;
  return `::${COMMANDS[severity]} ${properties.join(",")}::${escapedText(text)}`;
}

function escapedText(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapedProperty(text: string): string {
  return escapedText(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
