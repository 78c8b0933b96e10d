// What `berth lint` does: reads its flags, finds the files, has them mended and checked, and shows what was found.

import { join } from "node:path";
import { BerthError } from "../base/errors.ts";
import { parseAssignments } from "../build/dockerfile/call-flags.ts";
import { exclusionOf, type OriginRuling, openRulings, type Rulings } from "../lint/config/rulings.ts";
import { fail } from "../lint/errors.ts";
import { gatherFacts } from "../lint/facts/facts.ts";
import { type FoundFile, findFiles } from "../lint/files/find-files.ts";
import { readStream } from "../lint/files/read-source.ts";
import { FORMATS } from "../lint/formats/format.ts";
import { type LintedFiles, type LintRun, lintFiles, lintTexts } from "../lint/lint-files.ts";
import { checkExit, SEVERITIES, shownThing } from "../lint/outcome.ts";
import { ruleWords } from "../lint/rule-words.ts";
import { documentKind } from "../policy/document-kind.ts";
import type { Practice } from "../policy/practice.ts";
import { PRACTICES } from "../policy/practices/practices.ts";
import { writeReport } from "./check-report.ts";
import { choiceOf } from "./choice-flag.ts";
import type { Context } from "./context.ts";
import type { LintFlags } from "./lint.ts";
import { errorReport } from "./report.ts";
import { regoEngine, secondEngine } from "./second-engine.ts";
import { colorsShown, writeError } from "./terminal-log.ts";

const KINDS = ["dockerfile", "definition", "compose", "script"] as const;

/** One call. */
export interface LintCall {
  readonly paths: readonly string[];
  readonly flags: LintFlags;
  readonly wishes: ReturnType<typeof wishesOf>;
  readonly rulings: Rulings;
  readonly context: Context;
}

/** Checks, and answers the exit status. @throws E_LINT_…, E_FLAG_CHOICE, E_REPORT_WRITE */
export async function lint(paths: readonly string[], flags: LintFlags, context: Context): Promise<number> {
  const call = { paths, flags, wishes: wishesOf(flags), rulings: rulingsOf(flags, context), context };
  if (flags.explain !== undefined) return await (await import("./lint-explain.ts")).explainRule(flags.explain, call);
  if (flags["explain-config"]) return await (await import("./lint-explain.ts")).explainConfigs(call);
  if (flags.watch) return await (await import("./lint-watch.ts")).lintOnChange(call);
  return await lintOnce(call);
}

function wishesOf(flags: LintFlags) {
  return {
    kind: choiceOf("kind", flags.kind, KINDS),
    format: choiceOf("format", flags.format, FORMATS) ?? "tty",
    minSeverity: choiceOf("min-severity", flags["min-severity"], SEVERITIES),
    shellcheck: choiceOf("shellcheck", flags.shellcheck, ["auto", "off", "required"]) ?? "auto",
    failOn: choiceOf("fail-on", flags["fail-on"], [...SEVERITIES, "never"] as const),
  };
}

function rulingsOf(flags: LintFlags, { env, user }: Context): Rulings {
  const { profile, config, "no-config": none } = flags;
  return openRulings(PRACTICES, { env, user, profile, config, none, choice: flags });
}

/** Checks once. */
export async function lintOnce(call: LintCall): Promise<number> {
  const linted = await checked(call);
  for (const failure of linted.failures) tell(failure, call.context);
  await report(linted, call);
  const failed = linted.failures.map((failure) => (failure instanceof BerthError ? failure.exit : 3));
  if (failed.length > 0) return Math.max(...failed);
  return Math.max(0, ...exitsOf(linted, call));
}

async function report({ things, failures }: LintedFiles, { wishes, flags, context }: LintCall): Promise<void> {
  // To a person, failures alone say enough; a diff stands for itself.
  const mended = flags["dry-run"] || (flags.stdin && (flags.fix || flags["unsafe-fixes"]));
  if (mended || (wishes.format === "tty" && things.length === 0 && failures.length > 0)) return;
  for (const remark of remarksOf(things.map(({ ruling }) => ruling))) context.log.warn(remark);
  const [first] = things;
  const policy = first?.ruling.policy;
  const shown = things.map(({ thing, ruling }) =>
    shownThing(thing, wishes.minSeverity ?? ruling.settings.minSeverity ?? "style"),
  );
  const rules = policy ? ruleWords(shown, policy, first.ruling.practices) : new Map();
  const document = { profile: policy?.profile ?? flags.profile ?? "generic", things: shown, rules };
  await writeReport(document, { format: wishes.format, output: flags.output }, context);
}

function remarksOf(rulings: readonly OriginRuling[]): ReadonlySet<string> {
  return new Set(rulings.flatMap(({ remarks }) => remarks));
}

function exitsOf({ things }: LintedFiles, { wishes, flags }: LintCall): readonly number[] {
  return things.map(({ thing, ruling: { settings, practices, policy } }) => {
    const isRequired = ({ id, class: kind }: Practice) => kind === "required" || policy.severities.get(id) === "error";
    const required = new Set(practices.filter(isRequired).map(({ id }) => id));
    const failOn = wishes.failOn ?? settings.failOn ?? "warning";
    return checkExit({ things: [thing] }, { failOn, strict: flags.strict || settings.strict === true, required });
  });
}

async function checked(call: LintCall): Promise<LintedFiles> {
  const { flags, paths, context } = call;
  if (flags.stdin || paths.includes("-")) return await checkedInput(call);
  const { files, failures } = await filesOf(call);
  const run = await runOf(files, call);
  const { fix, "unsafe-fixes": unsafe, "dry-run": dryRun } = flags;
  if (fix || unsafe) {
    const { fixFiles } = await import("./lint-fix.ts");
    await fixFiles(files, run, { unsafe, dryRun }, context);
  }
  const linted = await lintFiles(files, run);
  return { things: linted.things, failures: [...failures, ...linted.failures] };
}

/** The files of a call. @throws E_LINT_NOTHING */
export async function filesOf({ paths, rulings, context: { signal } }: LintCall) {
  const where = paths.length === 0 ? ["."] : paths;
  const files: FoundFile[] = [];
  const failures: Error[] = [];
  for (const path of where) {
    const excluded = exclusionOf(await rulings.rulingOf(join(path, "x")));
    const found = await findFiles([path], { excluded, signal });
    files.push(...found.files);
    failures.push(...found.failures);
  }
  if (files.length === 0 && failures.length === 0) throw fail("E_LINT_NOTHING", { where: where.join(", ") });
  const seen = new Set<string>();
  const once = files.filter((file) => !seen.has(file.path) && seen.add(file.path));
  return { files: once, failures };
}

async function checkedInput(call: LintCall): Promise<LintedFiles> {
  const beside = call.paths.find((path) => path !== "-");
  if (beside !== undefined)
    throw fail("E_LINT_VALUE", {
      flag: "stdin",
      value: `given beside ${beside}`,
      hint: "name files, or give one by standard input; --stdin-name says what to call it",
    });
  const name = call.flags["stdin-name"] ?? "stdin";
  const source = await readStream(process.stdin, name);
  const run = await runOf([], call);
  if (call.flags.fix || call.flags["unsafe-fixes"])
    return await (await import("./lint-fix.ts")).fixInput(source, run, call.flags);
  const kind = run.kind ?? documentKind(source.name, source.text);
  if (kind === undefined) throw fail("E_LINT_KIND", { path: name });
  return await lintTexts([{ source, kind }], run);
}

async function runOf(files: readonly FoundFile[], { flags, wishes, rulings, context }: LintCall): Promise<LintRun> {
  const { env, signal } = context;
  const { "build-arg": given, "no-git": noGit } = flags;
  const buildArguments = given.length === 0 ? undefined : parseAssignments(given, env);
  const facts = await gatherFacts(
    files.map(({ path }) => path),
    {
      ...{ env, signal, git: !noGit, context: flags.context, files: files.length > 0 },
      buildArguments,
    },
  );
  const second = await secondEngine(wishes.shellcheck, context, buildArguments);
  return { kind: wishes.kind, rulingOf: rulings.rulingOf, facts, second, rego: regoEngine(context), signal };
}

function tell(failure: Error, { verbosity, env }: Context): void {
  writeError(errorReport(failure, { color: colorsShown(verbosity, env), debug: verbosity.level === "debug" }));
}
