// What can go wrong between a Dockerfile and its steps. Each failure shows the lines it concerns.

import { defineErrors } from "../../base/errors.ts";
import { atLines } from "../../recipe/errors.ts";

const kinds = {
  E_DOCKERFILE_EMPTY: {
    text: "{name} has no stage to build",
    hint: "begin it with FROM",
  },
  E_DOCKERFILE_PROBLEM: { text: "{name} has mistakes: {list}" },
  E_DOCKERFILE_WORD: { text: "{why}\n{frame}", hint: "{hint}" },
  E_STAGE_UNKNOWN: {
    text: 'there is no stage "{name}" in {file}',
    hint: "its stages are: {known}",
  },
  E_STAGE_NUMBER: {
    text: "there is no stage number {name}: {file} has {count}, counted from 0\n{frame}",
    hint: "name stages with AS and refer to them by name",
  },
  E_STAGE_CYCLE: {
    text: "the stages need each other in a circle: {cycle}\n{frame}",
    hint: "take the files out of the circle into a stage of their own",
  },
  E_STAGE_LATER: {
    text: 'stage "{name}" is used before it is defined\n{frame}',
    hint: "move it above the stage that uses it",
  },
  E_FROM_BLANK: {
    text: "the base image's name {word} is empty: no value is given for {unset}\n{frame}",
    hint: "give one with --build-arg, or a default with ARG in front of the first FROM",
  },
  E_FROM_NAME: {
    text: "{word} is not an image's name: {why}\n{frame}",
    hint: "an image is written [registry/]name[:tag][@digest]",
  },
  E_PLATFORM_BLANK: {
    text: "the platform {word} is empty\n{frame}",
    hint: "write for example --platform=linux/arm64, or --platform=$TARGETPLATFORM",
  },
  E_VALUE: { text: "{what} {why}\n{frame}", hint: "{hint}" },
  E_REFUSED: { text: "{what} is not supported: {why}\n{frame}", hint: "{hint}" },
  E_SECRET_MISSING: {
    text: 'the step needs the secret "{id}", which was not given\n{frame}',
    hint: "give it with --secret id={id},src=FILE or --secret id={id},env=NAME",
  },
  E_SECRET_FILE: {
    text: 'the secret "{id}" cannot be read: {why}\n{frame}',
    hint: "check the file that --secret id={id} names",
  },
  E_SSH_MISSING: {
    text: 'the step needs the ssh agent "{id}", which was not given\n{frame}',
    hint: "give it with --ssh {id} while SSH_AUTH_SOCK names an agent's socket, or --ssh {id}=SOCKET",
  },
  E_ONBUILD: {
    text: "the trigger {trigger} of the base image {image} cannot be carried out: {why}\n{frame}",
    hint: "the image's author has put it there with ONBUILD; use another base, or FROM a stage that takes its files",
  },
  E_CONTEXT_FLAG: {
    text: '"{text}" is not a build context: {why}',
    hint: "write --build-context NAME=FOLDER, NAME=docker://IMAGE or NAME=oci:FOLDER",
    exit: 1,
  },
  E_SECRET_FLAG: {
    text: "{text} is not a secret: {why}",
    hint: "write --secret id=NAME,src=FILE or --secret id=NAME,env=VARIABLE",
    exit: 1,
  },
  E_SSH_FLAG: {
    text: '"{text}" names no ssh agent: {why}',
    hint: "start an agent (ssh-agent) and give --ssh default, or --ssh ID=SOCKET",
    exit: 1,
  },
  E_ADD_URL: {
    text: "{url} cannot be fetched: {why}",
    hint: "check the address, and whether this machine may reach it (HTTPS_PROXY)",
  },
  E_ADD_SIZE: {
    text: "{url} is larger than {max}, the most that ADD takes",
    hint: "fetch it with a RUN step, or put it into the build context",
  },
  E_ADD_GIT: {
    text: "the git repository {remote} cannot be taken: {why}",
    hint: "check address and reference with git ls-remote",
  },
} as const;

/** Failures of Dockerfiles. */
export const fail = defineErrors(kinds);

/** A failure with the lines of the recipe that it concerns. */
export const failAt = atLines(fail);
