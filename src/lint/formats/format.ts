// The formats of reports by name. Each is a function from a report to a text.

import type { Report } from "../report.ts";

/** How a text for people is laid out. */
export interface Layout {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

export const FORMATS = ["tty", "json", "sarif", "junit", "checkstyle", "github", "gitlab", "gnu"] as const;
export type Format = (typeof FORMATS)[number];

/** Writes a report in a format; the text ends with a line end. */
export async function formatReport(report: Report, format: Format, layout: Layout): Promise<string> {
  switch (format) {
    case "tty":
      return (await import("./tty.ts")).ttyReport(report, layout);
    case "json":
      return (await import("./json.ts")).jsonReport(report);
    case "sarif":
      return (await import("./sarif.ts")).sarifReport(report);
    case "junit":
      return (await import("./junit.ts")).junitReport(report);
    case "checkstyle":
      return (await import("./checkstyle.ts")).checkstyleReport(report);
    case "github":
      return (await import("./github.ts")).githubReport(report);
    case "gitlab":
      return (await import("./gitlab.ts")).gitlabReport(report);
    case "gnu":
      return (await import("./gnu.ts")).gnuReport(report);
  }
}
