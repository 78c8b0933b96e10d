// What can go wrong while steps of a build are carried out. What concerns a recipe ends with the lines it is about.

import { BerthError, defineErrors, errnoOf, type Fail } from "../../base/errors.ts";
import { codeFrame, type Located } from "../../base/source.ts";

const kinds = {
  E_STEP_FAILED: {
    text: "{title} failed with exit status {status}{said}\n{frame}",
    hint: "mend the line and build again: the steps before it are taken from the cache; --debug-shell opens a shell in the failed state",
  },
  E_STEP_START: {
    text: "{title} cannot be started: {reason}\n{frame}",
    hint: "does the image have that program, and is it made for this machine? `berth doctor` says what the machine lacks",
  },
  E_STEP_FOREIGN: {
    text: "{title} needs programs for {arch}, and this machine cannot run them\n{frame}",
    hint: "ask the administrator to register an emulator: binfmt_misc with the F flag (on Debian: apt install qemu-user-static); or build for this machine",
  },
  E_STEP_USER: {
    text: 'the user "{user}" of {title} is not in the image\'s {file}\n{frame}',
    hint: "add it in an earlier step (useradd), or write a number",
  },
  E_STEP_IDS: {
    text: "{title} wants to be uid {uid}, gid {gid}, and this build has no such id\n{frame}",
    hint: "ask the administrator for a range of subordinate ids in /etc/subuid and /etc/subgid (usermod --add-subuids)",
  },
  E_COPY_NO_MATCH: {
    text: '"{source}" was not found in {origin}\n{frame}',
    hint: "{hint}",
  },
  E_COPY_READ: {
    text: "cannot read {path}: {reason}\n{frame}",
    hint: "make it readable, or leave it out (.dockerignore, --exclude)",
  },
  E_COPY_CHANGED: {
    text: "{path} changed while it was copied\n{frame}",
    hint: "build again when nothing else writes to it",
  },
  E_COPY_KIND: {
    text: "cannot copy {source} to {destination}: {reason}\n{frame}",
    hint: "choose another destination, or remove what is there in an earlier step",
  },
  E_COPY_MODE: {
    text: '"{mode}" is no file mode\n{frame}',
    hint: "write octal digits such as 0644, or changes such as u=rw,go=r",
  },
  E_COPY_OWNER: {
    text: '"{owner}" is no owner in the image: {reason}\n{frame}',
    hint: "write user[:group] by names of the image's /etc/passwd and /etc/group, or by numbers",
  },
  E_COPY_ARCHIVE: {
    text: "cannot unpack {path}: {reason}\n{frame}",
    hint: "check the archive, or copy it as it is with COPY",
  },
  E_BUILD_MOUNT: {
    text: "cannot mount {what}: {reason}",
    hint: "a build needs overlay mounts on a local file system: name a folder on a local disk in BERTH_CACHEDIR; see berth doctor",
  },
  E_BUILD_PROGRAM: {
    text: "{name} is not installed, and a build needs it",
    hint: "ask the administrator for the package {package}",
  },
  E_OUTPUT_PIPE: {
    text: "cannot make the pipe {path} for the output of a step: {reason}",
    hint: "the cache must lie on a file system that has named pipes; choose another with BERTH_CACHEDIR",
  },
  E_BUILD_FULL: {
    text: "no space left in {path}",
    hint: "free some with `berth cache clean --type build`, or name a roomier folder in BERTH_CACHEDIR",
    http: 507,
  },
  E_BUILD_PACK: { text: "cannot pack the changes of {title}: {reason}", hint: "see the free space of the cache" },
  E_BUILD_LAYERS: {
    text: "this image has {count} layers, more than can be laid over each other ({max})",
    hint: "join RUN and COPY lines, or begin with an image of fewer layers",
  },
} as const;

/** Makes the failures of the engine. */
export const fail: Fail<keyof typeof kinds> = defineErrors(kinds);

/** Turns a full disk met in `path` into a failure that says what to do; others pass unchanged. */
export function spaceFailure(error: unknown, path: string): unknown {
  const full = ["ENOSPC", "EDQUOT"].includes(errnoOf(error) ?? "");
  return full ? fail("E_BUILD_FULL", { path }, { cause: error }) : error;
}

/** A failure of a room below with the lines of the recipe that led to it; what is no failure of berth passes unchanged. */
export function atPlace(error: unknown, at: Located): unknown {
  if (!(error instanceof BerthError)) return error;
  const { code, message, hint, exit, http, cause } = error;
  const kind = { text: "{message}\n{frame}", exit, http, ...(hint === undefined ? {} : { hint: "{hint}" }) };
  return new BerthError(code, kind, { message, hint, frame: codeFrame(at) }, cause);
}
