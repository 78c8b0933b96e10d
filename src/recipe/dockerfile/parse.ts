// The parser of Dockerfiles: text in, `Dockerfile` out. It never throws: what is wrong stands in `problems`, and parsing
// goes on with the next instruction. Rules as in BuildKit; it also takes a here-document's delimiter behind blanks.

import type { SourceText } from "../../base/source.ts";
import type { Comment, Dockerfile, Instruction } from "./ast.ts";
import { jsonStrings } from "./command-form.ts";
import { cutFlags } from "./flags.ts";
import { parseHead } from "./head.ts";
import { heredocMarkers, readHeredoc } from "./heredoc.ts";
import { commonOf, isKeyword, parseInstruction } from "./instructions.ts";
import { joinLines, type LogicalLine, type PhysicalLine, physicalLines, skipBlanks } from "./logical-line.ts";
import { collector, firstToken, missing, placeOf, type Statement } from "./statement.ts";
import { restOf } from "./words.ts";

/** Parses a Dockerfile. Never throws; mistakes are in `problems`, in the order of the text. */
export function parseDockerfile(source: SourceText): Dockerfile {
  const { text } = source;
  const lines = withoutMark(text, physicalLines(text));
  const head = parseHead(text, lines);
  const problems = [...head.problems];
  const reader: Reader = { text, lines, escape: head.escape, fail: collector(problems) };
  const comments: Comment[] = [];
  const instructions: Instruction[] = [];
  let begun = false;
  for (let index = head.taken; index < lines.length; ) {
    const { start, end } = lines[index] ?? { start: 0, end: 0 };
    const from = skipBlanks(text, start, end);
    if (from === end || text[from] === "#") {
      if (from < end) comments.push({ text: text.slice(from + 1, end).trim(), range: { start: from, end } });
      index++;
      continue;
    }
    const { statement, taken } = readStatement(reader, index);
    begun ||= statement?.keyword === "FROM";
    const instruction = statement && instructionOf(statement, begun);
    if (instruction) instructions.push(instruction);
    index += taken;
  }
  if (!begun && problems.length === 0) noStage(reader);
  return { source, escape: head.escape, directives: head.directives, comments, instructions, problems };
}

interface Reader {
  readonly text: string;
  readonly lines: readonly PhysicalLine[];
  readonly escape: "\\" | "`";
  readonly fail: Statement["fail"];
}

function noStage({ text, fail }: Reader): void {
  fail(
    { start: 0, end: Math.min(text.length, 1) },
    "there is no FROM, so nothing to build on",
    "begin with FROM IMAGE, or FROM scratch",
  );
}

function withoutMark(text: string, lines: readonly PhysicalLine[]): readonly PhysicalLine[] {
  const [first, ...rest] = lines;
  return first && text.startsWith("\uFEFF") ? [{ ...first, start: 1 }, ...rest] : lines;
}

interface ReadStatement {
  /** Undefined after a mistake that was noted. */
  readonly statement: Statement | undefined;
  readonly taken: number;
}

function readStatement(reader: Reader, index: number): ReadStatement {
  const { text, lines } = reader;
  const { line, taken } = joinLines(text, lines, index, reader.escape);
  const bare = cutStatement(reader, line, 0);
  const heredocs: Statement["heredocs"][number][] = [];
  let next = index + taken;
  for (const marker of heredocsOf(bare)) {
    const read = readHeredoc(text, lines, next, marker);
    if (!read && marker.blank) continue;
    if (!read) {
      const range = line.place(marker.start, marker.end);
      reader.fail(range, `the line ${marker.name} that ends this here-document is missing`);
      return { statement: undefined, taken: lines.length - index };
    }
    heredocs.push({ marker, heredoc: read.heredoc });
    next += read.taken;
  }
  const last = heredocs.length > 0 ? lines[next - 1] : undefined;
  const range = { start: line.range.start, end: last?.end ?? line.range.end };
  return { statement: { ...bare, heredocs, range }, taken: next - index };
}

function cutStatement(reader: Pick<Reader, "escape" | "fail">, line: LogicalLine, start: number): Statement {
  const keywordToken = firstToken(line.text, start);
  const { flags, rest } = cutFlags(line, keywordToken.end);
  return {
    line,
    escape: reader.escape,
    keyword: keywordToken.text.toUpperCase(),
    keywordToken,
    flags,
    args: restOf(line.text, rest),
    heredocs: [],
    range: line.range,
    fail: reader.fail,
  };
}

// JSON forms have no here-documents; those of ONBUILD are its trigger's.
function heredocsOf(statement: Statement): ReturnType<typeof heredocMarkers> {
  const { keyword, args, line } = statement;
  if (!args.text.includes("<<")) return [];
  if (keyword === "ONBUILD") {
    const trigger = triggerOf(statement);
    return trigger.keyword === "ONBUILD" ? [] : heredocsOf(trigger);
  }
  if (keyword !== "RUN" && keyword !== "COPY" && keyword !== "ADD") return [];
  return Array.isArray(jsonStrings(args.text)) ? [] : heredocMarkers(line.text, args.start);
}

function triggerOf(statement: Statement): Statement {
  const trigger = cutStatement(statement, statement.line, statement.args.start);
  const range = { start: placeOf(statement, trigger.keywordToken).start, end: statement.range.end };
  return { ...trigger, heredocs: statement.heredocs, range };
}

function instructionOf(statement: Statement, begun: boolean): Instruction | undefined {
  const { keyword, flags, args } = statement;
  if (!begun && isKeyword(keyword) && keyword !== "ARG") {
    const hint = "only ARG may; begin the stage with FROM IMAGE";
    return statement.fail(placeOf(statement, statement.keywordToken), `${keyword} stands before the first FROM`, hint);
  }
  if (keyword !== "ONBUILD") return parseInstruction(statement);
  if (flags[0]) return statement.fail(flags[0].range, "ONBUILD has no flags of its own");
  if (args.text === "") return missing(statement, "an instruction");
  const trigger = parseTrigger(triggerOf(statement));
  return trigger && { ...commonOf(statement), keyword, trigger };
}

function parseTrigger(trigger: Statement): Instruction | undefined {
  if (["ONBUILD", "FROM", "MAINTAINER"].includes(trigger.keyword)) {
    return trigger.fail(placeOf(trigger, trigger.keywordToken), `${trigger.keyword} cannot stand behind ONBUILD`);
  }
  return parseInstruction(trigger);
}
