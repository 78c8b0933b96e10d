// An Apptainer definition file as data, with the place of everything in its text (spec/apptainer.md section 3). Nothing is
// lost: the stages' ranges follow each other without a gap, and so do the head and the sections of each stage.

import type { Problem, Range, SourceText } from "../../base/source.ts";

/** A header line `Key: value`. */
export interface Header {
  /** In lower case. */
  readonly key: string;
  /** Without comments; continued lines are joined by nothing, as Apptainer does. */
  readonly value: string;
  readonly range: Range;
  /** From the value's first to its last character; covers the line ends of a continued value. */
  readonly valueRange: Range;
}

/** `%name args` and the lines below it. */
export interface Section {
  /** In lower case, without the percent sign. */
  readonly name: string;
  /** The rest of the section's first line: `-c /bin/bash`, `from build`, the app's name. */
  readonly args: string;
  readonly argsRange: Range;
  /** The lines below, line ends included. */
  readonly body: string;
  readonly bodyRange: Range;
  readonly range: Range;
}

/** One stage: the headers and what follows until the next `Bootstrap:`. */
export interface DefinitionStage {
  readonly headers: readonly Header[];
  readonly sections: readonly Section[];
  readonly range: Range;
}

/** A parsed definition file, templates (`{{ name }}`) not yet replaced. */
export interface Definition {
  readonly source: SourceText;
  readonly stages: readonly DefinitionStage[];
  readonly problems: readonly Problem[];
}
