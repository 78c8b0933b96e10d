// What can go wrong with instances.

import { defineErrors } from "../../base/errors.ts";

export const fail = defineErrors({
  E_INSTANCE_NAME: {
    text: '"{name}" cannot be the name of an instance',
    hint: "use letters, digits, dots, dashes and underscores, at most 128 of them, beginning with none of . and -",
  },
  E_INSTANCE_EXISTS: {
    text: "instance {name} already exists",
    hint: "choose another name, or end it with: berth instance stop {name}",
  },
  E_INSTANCE_BUSY: {
    text: "instance {name} is just being started by another call ({owner})",
    hint: "wait for that, or choose another name",
  },
  E_INSTANCE_FOREIGN: {
    text: "instance {name} was started in another container of this machine, and cannot be reached from here",
    hint: "choose another name; if that container is gone, remove {path}",
  },
  E_INSTANCE_START: {
    text: "instance {name} did not start: {reason}",
    hint: "what it printed is in {log}",
  },
  E_INSTANCE_NONE: {
    text: "no instance found with name {name}",
    hint: "berth instance list shows those that run on this machine",
  },
  E_INSTANCE_STATE: {
    text: "the folder of instances {path} cannot be used: {reason}",
    hint: "set BERTH_STATEDIR to a folder that you may write to",
  },
  E_INSTANCE_STOP: {
    text: "instance {name} could not be stopped: {reason}",
    hint: "see whether its process {pid} waits for a disk or a network file system",
  },
  E_INSTANCE_USER: {
    text: "only root may look at the instances of another user ({user})",
    hint: "leave --user out",
  },
  E_INSTANCE_NO_USER: { text: 'there is no user "{user}" on this machine', hint: "check the name" },
});
