// What an instruction gives to a shell: its command, and here-documents behind it, as one text with the way back to the
// file. Knows no shell.

import type { SourceText } from "../../base/source.ts";
import { appendText, type ScriptText, sourcePart } from "../script-text.ts";
import type { CommandForm, Heredoc, Instruction } from "./ast.ts";

/** A script of an instruction. */
export interface InstructionScript extends ScriptText {
  /** "heredoc": the content of a here-document that is all there is of the command. */
  readonly from: "command" | "heredoc";
  /** The `#!` line of a here-document, without `#!`: then it is a script for that program, not for the shell. */
  readonly interpreter: string | undefined;
}

/**
 * The text that an instruction gives to the shell of the image, as BuildKit puts it together; undefined for instructions
 * without a command and for the JSON form.
 */
export function instructionScript(source: SourceText, instruction: Instruction): InstructionScript | undefined {
  const command = commandOf(instruction);
  if (command?.form !== "shell") return undefined;
  const { text, segments } = command;
  const [first] = instruction.heredocs;
  if (!first) return { text, segments, from: "command", interpreter: undefined };
  if (instruction.heredocs.length === 1 && isMarkerAlone(text)) return heredocScript(first);
  // The line end between the two stands in the source just before the first content.
  const below = sourcePart(source.text, { start: first.range.start - 1, end: instruction.range.end });
  return { ...appendText({ text, segments }, below), from: "command", interpreter: undefined };
}

/** A here-document as a script of its own. */
export function heredocScript({ content, segments }: Heredoc): InstructionScript {
  const interpreter = /^#!([^\r\n]*)/.exec(content)?.[1]?.trim();
  return { text: content, segments, from: "heredoc", interpreter };
}

function commandOf(instruction: Instruction): CommandForm | undefined {
  return "command" in instruction ? instruction.command : undefined;
}

function isMarkerAlone(text: string): boolean {
  return /^\d*<<-?[ \t]*('[^']*'|"[^"]*"|[^\s;&|<>()'"]+)$/.test(text);
}
