// What can go wrong in the demo.

import { defineErrors } from "../base/errors.ts";

export const fail = defineErrors({
  E_DEMO_MMDEBSTRAP: {
    text: "the demo makes a Debian image with mmdebstrap, which is not installed",
    hint: "sudo apt install mmdebstrap   (package mmdebstrap, in Debian's main and Ubuntu's universe)",
    exit: 1,
  },
  E_DEMO_BOOTSTRAP: {
    text: "mmdebstrap ended with status {status}: {reason}",
    hint: "the archive of this machine's apt must be reachable (try: sudo apt update); berth --debug demo shows all that mmdebstrap says",
    exit: 1,
  },
  E_DEMO_SERVE: {
    text: "the gateway of the demo did not start: {reason}",
    hint: "berth --debug demo shows its log; the server needs Node 24 (see docs/gateway.md)",
    exit: 1,
  },
  E_DEMO_BATCH_PROGRAMS: {
    text: "programs that nodes and jobs need are not installed with this berth: {names} are not all in {places}",
    hint: "install berth with packaging/install.sh --node, or call ./berth demo batch in a checkout",
    exit: 1,
  },
  E_DEMO_BATCH_PLUGIN: {
    text: "Slurm's plugin spank_berth.so is neither in {places} nor among Slurm's own plugins",
    hint: "install the package berth-slurm; in a checkout: sudo apt-get install libslurm-dev, then make -C native OUT=../build spank",
    exit: 1,
  },
  E_DEMO_BATCH_USER: {
    text: "this machine knows no user {name}, whose job it would be",
    hint: "add the user, as distributions do: useradd --system {name}",
    exit: 1,
  },
  E_DEMO_PROOF: {
    text: "{failed} of {total} proofs failed; the first: {first}",
    hint: "berth doctor tells what this machine lacks; berth --debug demo shows each command",
    exit: 1,
  },
  E_DEMO_ROOT: {
    text: "{command} starts a container engine of its own, which only root may",
    hint: "call it as root: sudo {command}",
    exit: 1,
  },
  E_DEMO_ENGINE: { text: "the engine of the demo did not start or made no image: {reason}", exit: 1 },
  E_DEMO_SHELL: {
    text: "the program {program} is not on this machine",
    hint: "install the package {package}",
    exit: 1,
  },
});
