// The form of the catalogue's rows: black-box cases of spec/apptainer.md section 4, under berth's names. Plain data;
// `play.ts` carries them out. In every string of a step `{name}` stands for a value of the world (see world.ts).

/** One command and what it must answer. */
export interface Step {
  /** Program and arguments; `berth` is on the PATH. Started in a folder of the case's own. */
  readonly run: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
  /** Exit status; 0 unless said. */
  readonly exit?: number;
  /** Standard output: all of it without the last newline, or a pattern that must match. */
  readonly out?: string | RegExp;
  /** A pattern that standard error must match. */
  readonly err?: RegExp;
  /** A pattern that standard error must not match. */
  readonly notErr?: RegExp;
  /** Standard output must not match. */
  readonly notOut?: RegExp;
}

/** A case that is carried out. */
export interface Case {
  /** The number in the specification's catalogue. */
  readonly id: string;
  readonly title: string;
  readonly steps: readonly Step[];
  /** Why berth answers differently from Apptainer, on purpose. */
  readonly differs?: string;
  /** Who runs it; the ordinary user unless said. */
  readonly as?: "root";
  /** Programs that must be installed. */
  readonly needs?: readonly string[];
}
