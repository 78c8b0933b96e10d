// What can go wrong between a definition file and its steps. Each failure shows the lines it concerns.

import { defineErrors } from "../../base/errors.ts";
import { atLines } from "../../recipe/errors.ts";

const kinds = {
  E_DEFINITION: { text: "{problems}", hint: "{hint}" },
  E_DEFINITION_UNUSED: {
    text: "unused build args: {names}. Use option --warn-unused-build-args to show a warning instead of a fatal message",
    hint: "the definition uses: {known}",
  },
  E_DEFINITION_ARGUMENT: {
    text: '"{text}" is no build argument',
    hint: "write --build-arg NAME=VALUE; names are letters, digits and underscores",
    exit: 1,
  },
  E_DEFINITION_ARGUMENT_FILE: {
    text: "{path} cannot be read: {why}",
    hint: "check the file that --build-arg-file names",
  },
  E_BOOTSTRAP_UNKNOWN: {
    text: "Unable to create build: unable to get conveyorpacker: invalid build source {agent}\n{frame}",
    hint: "{hint}",
  },
  E_BOOTSTRAP_RETIRED: { text: "Bootstrap: {agent} is not supported: {why}\n{frame}", hint: "{hint}" },
  E_BOOTSTRAP_HEADER: {
    text: "Bootstrap: {agent} needs a header {key}\n{frame}",
    hint: "add a line such as {example}",
  },
  E_BOOTSTRAP_TOOL: {
    text: "Bootstrap: {agent} needs {tools}, and this machine has none of them\n{frame}",
    hint: "install one, or begin with an image: Bootstrap: docker, From: {example}",
  },
  E_BOOTSTRAP_FAILED: { text: "{tool} ended with {status}:\n{tail}\n{frame}", hint: "{hint}" },
  E_BOOTSTRAP_VALUE: { text: "{key}: {value} {why}\n{frame}", hint: "{hint}" },
  E_STAGE_MISSING: { text: "stage {name} was not found\n{frame}", hint: "stages before this one are: {known}" },
  E_STAGE_TWICE: { text: "two stages have the name {name}\n{frame}", hint: "give each stage a name of its own" },
  E_SCRIPT_FAILED: {
    text: "while running {section} section: exit status {status}{said}\n{frame}",
    hint: "mend the line and build again: the steps before it are taken from the cache; --debug-shell opens a shell in the failed state",
  },
  E_TEST_FAILED: {
    text: "failed to execute %test script: exit status {status}\n{frame}",
    hint: "correct the image or the test; --notest builds without it",
  },
  E_SIGNATURE_KIND: {
    text: "Fingerprints: can be checked for image files only (localimage, oras), not for Bootstrap: {agent}\n{frame}",
    hint: "pin the image by its digest, From: name@sha256:…, or build from a signed SIF file",
  },
  E_SIGNATURE: {
    text: "{why}\n{frame}",
    hint: "ask the image's maker for a signed one; berth key import FILE makes the key known; leave out Fingerprints: to take the image unchecked",
  },
} as const;

/** Failures of definition files. */
export const fail = defineErrors(kinds);

/** A failure with the lines of the recipe that it concerns. */
export const failAt = atLines(fail);
