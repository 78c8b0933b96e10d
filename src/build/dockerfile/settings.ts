// The instructions that change the image's configuration and no file. Pure: a draft in, a draft out. What an instruction
// does, and the line it leaves in the history, is what BuildKit does.

import type { CommandForm, Instruction, InstructionOf } from "../../recipe/dockerfile/ast.ts";
import { type Draft, withConfig, withHistory, withShell, withVariable } from "./draft.ts";
import { failAt } from "./errors.ts";
import { goQuoted } from "./go-quoted.ts";
import { healthCheckLine, parseHealthCheck } from "./healthcheck.ts";
import { parsePorts } from "./ports.ts";
import { expanded, expandedWords, placeOf, type Scope } from "./scope.ts";
import { isSignal } from "./signals.ts";

type Keyword = Instruction["keyword"];
type Of<Name extends Keyword> = InstructionOf<Name>;
type Setting<Name extends Keyword> = (draft: Draft, instruction: Of<Name>, scope: Scope) => Draft;

const SETTINGS = {
  ENV: (draft, { pairs }, scope) => {
    // Every value is expanded with what held before the instruction.
    const values = pairs.map(({ name, value }) => ({
      name: expanded(name, draft.variables, scope),
      value: value === undefined ? "" : expanded(value, draft.variables, scope),
    }));
    const changed = values.reduce((sum, { name, value }) => withVariable(sum, name, value), draft);
    return withHistory(changed, ["ENV", ...values.map(({ name, value }) => `${name}=${value}`)].join(" "), "none");
  },
  ARG: (draft, { pairs }, scope) => {
    const words: string[] = ["ARG"];
    let { variables, declared } = draft;
    for (const { name, value } of pairs) {
      const key = expanded(name, variables, scope);
      const given = scope.buildArgs.get(key);
      const standard = value === undefined ? scope.globals.get(key) : expanded(value, variables, scope);
      const set = given ?? standard;
      if (set !== undefined) variables = new Map(variables).set(key, set);
      declared = new Map(declared).set(key, set ?? "");
      words.push(set === undefined ? key : `${key}=${set}`);
    }
    return withHistory({ ...draft, variables, declared }, words.join(" "), "none");
  },
  LABEL: (draft, { pairs }, scope) => {
    const added = pairs.map(({ name, value }) => [
      expanded(name, draft.variables, scope),
      value === undefined ? "" : expanded(value, draft.variables, scope),
    ]);
    const Labels = { ...draft.config.Labels, ...(Object.fromEntries(added) as Record<string, string>) };
    const line = ["LABEL", ...added.map(([name, value]) => `${name}=${value}`)].join(" ");
    return withHistory(withConfig(draft, { Labels }), line, "none");
  },
  EXPOSE: (draft, instruction, scope) => {
    const words = instruction.words.toSorted((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
    const ports = words.flatMap((word) =>
      expandedWords(word, draft.variables, scope).flatMap((text) => {
        const found = parsePorts(text);
        if ("ports" in found) return found.ports;
        throw failAt("E_VALUE", placeOf(word, scope), {
          what: text,
          why: found.why,
          hint: "for example EXPOSE 80/tcp",
        });
      }),
    );
    const ExposedPorts = { ...draft.config.ExposedPorts, ...Object.fromEntries(ports.map((port) => [port, {}])) };
    return withHistory(withConfig(draft, { ExposedPorts }), `EXPOSE [${ports.join(" ")}]`, "none");
  },
  VOLUME: (draft, { words }, scope) => {
    const paths = words.map((word) => {
      const path = expanded(word, draft.variables, scope).trim();
      if (path !== "") return path;
      throw failAt("E_VALUE", placeOf(word, scope), {
        ...{ what: "a volume's path", why: "is empty", hint: "write for example VOLUME /data" },
      });
    });
    const Volumes = { ...draft.config.Volumes, ...Object.fromEntries(paths.map((path) => [path, {}])) };
    return withHistory(withConfig(draft, { Volumes }), `VOLUME [${paths.join(" ")}]`, "none");
  },
  USER: (draft, { word }, scope) => {
    const User = expanded(word, draft.variables, scope);
    return withHistory(withConfig(draft, { User }), `USER ${User}`, "none");
  },
  STOPSIGNAL: (draft, { word }, scope) => {
    const StopSignal = expanded(word, draft.variables, scope);
    if (!isSignal(StopSignal)) {
      const hint = "write a name such as SIGTERM, or a number";
      throw failAt("E_VALUE", placeOf(word, scope), { what: StopSignal, why: "is not a signal", hint });
    }
    return withHistory(withConfig(draft, { StopSignal }), `STOPSIGNAL ${StopSignal}`, "none");
  },
  SHELL: (draft, { command, range }, scope) => {
    if (command.form !== "exec" || command.words.length === 0) {
      const hint = 'write for example SHELL ["/bin/bash", "-c"]';
      throw failAt("E_VALUE", { source: scope.source, range }, { what: "SHELL", why: "wants a JSON list", hint });
    }
    return withHistory(withConfig(draft, { Shell: command.words }), `SHELL [${command.words.join(" ")}]`, "none");
  },
  CMD: (draft, { command }) => {
    const words = argv(draft, command);
    const changed = { ...withConfig(draft, { Cmd: words.length > 0 ? words : undefined }), ownCmd: true };
    return withHistory(changed, `CMD ${quotedList(words)}`, "none");
  },
  ENTRYPOINT: (draft, { command }) => {
    const words = argv(draft, command);
    // A CMD of the base was meant for the base's entry point.
    const Cmd = draft.ownCmd ? draft.config.Cmd : undefined;
    const changed = withConfig(draft, { Entrypoint: words.length > 0 ? words : undefined, Cmd });
    return withHistory(changed, `ENTRYPOINT ${quotedList(words)}`, "none");
  },
  HEALTHCHECK: (draft, instruction, scope) => {
    const check = parseHealthCheck(instruction);
    if (!("why" in check)) {
      return withHistory(withConfig(draft, { Healthcheck: check }), healthCheckLine(check), "none");
    }
    const at = { source: scope.source, range: instruction.range };
    throw failAt("E_VALUE", at, {
      what: "HEALTHCHECK:",
      why: check.why,
      hint: "leave the flag out for the usual value",
    });
  },
  // BuildKit writes no history for it.
  ONBUILD: (draft, { trigger }) =>
    withConfig(draft, { OnBuild: [...(draft.config.OnBuild ?? []), triggerText(trigger)] }),
  MAINTAINER: (draft, { word }) => withHistory({ ...draft, author: word.text }, `MAINTAINER ${word.text}`, "none"),
} satisfies { readonly [Name in Keyword]?: Setting<Name> };

// Every function takes the instruction of its own key, which is how it is found.
const BY_KEYWORD: { readonly [Name in Keyword]?: (draft: Draft, instruction: never, scope: Scope) => Draft } = SETTINGS;

/** Carries out an instruction that changes no file; undefined for one that does. @throws E_VALUE, E_DOCKERFILE_WORD */
export function applySetting(draft: Draft, instruction: Instruction, scope: Scope): Draft | undefined {
  return BY_KEYWORD[instruction.keyword]?.(draft, instruction as never, scope);
}

/** An ONBUILD trigger as the configuration keeps it: one line, and its here-documents below. */
function triggerText({ line, heredocs }: Instruction): string {
  return [line, ...heredocs.map(({ content, name }) => `${content}${name}`)].join("\n");
}

function argv(draft: Draft, command: CommandForm): readonly string[] {
  return command.form === "exec" ? command.words : withShell(draft, command.text);
}

function quotedList(words: readonly string[]): string {
  return `[${words.map(goQuoted).join(" ")}]`;
}
