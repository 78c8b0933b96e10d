// Where reports of checks go: standard output, or a file that comes into being whole. Shared by lint, audit and scan.

import { type Format, formatReport } from "../lint/formats/format.ts";
import { hideSecrets } from "../lint/hide-secrets.ts";
import type { Report } from "../lint/report.ts";
import type { Context } from "./context.ts";
import { print } from "./output.ts";
import { writeReportFile } from "./report-file.ts";
import { VERSION } from "./version.ts";

/** How a report is written. */
export interface ReportWishes {
  readonly format: Format;
  /** Undefined: standard output. */
  readonly output: string | undefined;
}

/** Writes a report, without values of secrets. @throws E_REPORT_WRITE */
export async function writeReport(
  report: Omit<Report, "version">,
  { format, output }: ReportWishes,
  context: Context,
): Promise<void> {
  const color = output === undefined && colorful(context);
  const width = output === undefined ? (process.stdout.columns ?? 100) : 100;
  const things = report.things.map(hideSecrets);
  const text = await formatReport({ ...report, things, version: VERSION }, format, { color, width });
  if (output === undefined) print(text);
  else await writeReportFile(output, text);
}

function colorful({ verbosity, env }: Context): boolean {
  return verbosity.color && process.stdout.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}
