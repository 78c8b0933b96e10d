// What can go wrong with a cluster on one machine.

import { defineErrors } from "../../base/errors.ts";

export const fail = defineErrors({
  E_CLUSTER_ROOT: {
    text: "the daemons of a cluster must be started by root, and you are {who}",
    hint: "sudo {command}   (it keeps to folders and ports of its own, and leaves nothing behind)",
    exit: 1,
  },
  E_CLUSTER_MISSING: {
    text: "a cluster needs {programs}, which this machine does not have",
    hint: "sudo apt-get install --no-install-recommends {packages}",
    exit: 1,
  },
  E_CLUSTER_NODE: {
    text: "no node can be made: {reason}",
    hint: "a node needs a mount and a PID namespace; a container that shows the demo must let its root make them (--privileged)",
    exit: 1,
  },
  E_CLUSTER_START: {
    text: "{what} did not start: {reason}",
    hint: "Slurm and munge must be whole, and of one version: sudo apt-get install --reinstall slurm-wlm slurmctld slurmd slurm-client munge",
    exit: 1,
  },
});
