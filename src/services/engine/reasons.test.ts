// Sentences of both engines, as they were recorded, and the failures that they become.

import { describe, expect, test } from "vitest";
import { type Asked, cleanReason, refused } from "./reasons.ts";

const START: Asked = { action: "start web", name: "web", of: "container", otherwise: "E_ENGINE_START" };
const CONTAINER: Asked = { action: "look at web", name: "web", of: "container" };
const PULL: Asked = { action: "pull r/i", name: "r/i", of: "image", otherwise: "E_ENGINE_PULL" };
const IMAGE: Asked = { action: "remove i", name: "i", of: "image" };
const NETWORK: Asked = { action: "make the network n", name: "n", of: "network" };

const CASES: readonly (readonly [asked: Asked, said: string, code: string, sentence: string])[] = [
  [
    START,
    "driver failed programming external connectivity on endpoint clash (fff074b05d60): Bind for 127.0.0.1:32768 failed: port is already allocated",
    "E_ENGINE_PORT_TAKEN",
    "web cannot have port 32768: something on this machine uses it already",
  ],
  [
    START,
    "driver failed programming external connectivity on endpoint clash (a71e): Error starting userland proxy: listen tcp4 127.0.0.1:33389: bind: address already in use",
    "E_ENGINE_PORT_TAKEN",
    "web cannot have port 33389: something on this machine uses it already",
  ],
  [
    START,
    "cannot listen on the TCP port: listen tcp4 127.0.0.1:33389: bind: address already in use",
    "E_ENGINE_PORT_TAKEN",
    "web cannot have port 33389: something on this machine uses it already",
  ],
  [
    START,
    'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/no": stat /no: no such file or directory: unknown',
    "E_ENGINE_START",
    'web could not be started: exec: "/no": stat /no: no such file or directory',
  ],
  [
    START,
    'runc: runc create failed: unable to start container process: exec: "/no": stat /no: no such file or directory: OCI runtime attempted to invoke a command that was not found',
    "E_ENGINE_START",
    'web could not be started: exec: "/no": stat /no: no such file or directory',
  ],
  [
    START,
    "unable to find user nosuchuser: no matching entries in passwd file",
    "E_ENGINE_START",
    "web could not be started: unable to find user nosuchuser: no matching entries in passwd file",
  ],
  [
    START,
    "write /var/lib/docker/containers/e95/hash3483503434: no space left on device",
    "E_ENGINE_START",
    "web could not be started: the engine's disk is full",
  ],
  [
    { ...CONTAINER, action: "create web" },
    "mkdir /var/lib/docker/overlay2/4f1c-init: no space left on device",
    "E_ENGINE_REFUSED",
    "the engine refused to create web: the engine's disk is full",
  ],
  [
    START,
    "failed to create shim task: mkdir /sys/fs/cgroup/memory/docker/e95: no space left on device: unknown",
    "E_ENGINE_START",
    "web could not be started: mkdir /sys/fs/cgroup/memory/docker/e95: no space left on device",
  ],
  [START, "network nosuchnet not found", "E_ENGINE_NO_NETWORK", "the engine has no network nosuchnet"],
  [
    CONTAINER,
    "container create: unable to find network with name or ID nosuchnet: network not found",
    "E_ENGINE_NO_NETWORK",
    "the engine has no network nosuchnet",
  ],
  [CONTAINER, "No such container: web", "E_ENGINE_NO_CONTAINER", "the engine has no container web"],
  [
    CONTAINER,
    'no container with name or ID "web" found: no such container',
    "E_ENGINE_NO_CONTAINER",
    "the engine has no container web",
  ],
  [
    CONTAINER,
    'Conflict. The container name "/web" is already in use by container "406d81f9". You have to remove (or rename) that container to be able to reuse that name.',
    "E_ENGINE_NAME_TAKEN",
    "the name web is taken on the engine by something else",
  ],
  [
    CONTAINER,
    'container create: creating container storage: the container name "web" is already in use by 693034ac. You have to remove that container to be able to reuse that name: that name is already in use',
    "E_ENGINE_NAME_TAKEN",
    "the name web is taken on the engine by something else",
  ],
  [
    CONTAINER,
    "renaming container 9b29: name web already in use, cannot rename container 9b29: container already exists",
    "E_ENGINE_NAME_TAKEN",
    "the name web is taken on the engine by something else",
  ],
  [CONTAINER, "No such image: nope:1", "E_ENGINE_NO_IMAGE", "the engine has no image nope:1"],
  [
    CONTAINER,
    "no such image: docker.io/library/nope:1: image not known",
    "E_ENGINE_NO_IMAGE",
    "the engine has no image docker.io/library/nope:1",
  ],
  [
    CONTAINER,
    "Container 406d is paused, unpause the container before exec",
    "E_ENGINE_PAUSED",
    "the container web is paused",
  ],
  [CONTAINER, "Container e3cbc042d0c2 is not running", "E_ENGINE_NOT_RUNNING", "the container web does not run"],
  [
    CONTAINER,
    "can only create exec sessions on running containers: container state improper",
    "E_ENGINE_NOT_RUNNING",
    "the container web does not run",
  ],
  [
    CONTAINER,
    "You cannot remove a running container 429c. Stop the container before attempting removal or force remove",
    "E_ENGINE_RUNNING",
    "the container web runs",
  ],
  [
    CONTAINER,
    "cannot remove container 4158 as it is running - running or paused containers cannot be removed without force: container state improper",
    "E_ENGINE_RUNNING",
    "the container web runs",
  ],
  [
    NETWORK,
    "network with name n1_default already exists",
    "E_ENGINE_NAME_TAKEN",
    "the name n is taken on the engine by something else",
  ],
  [
    NETWORK,
    "network name n1_default already used: network already exists",
    "E_ENGINE_NAME_TAKEN",
    "the name n is taken on the engine by something else",
  ],
  [
    NETWORK,
    "Pool overlaps with other one on this address space",
    "E_ENGINE_SUBNET",
    "the network n cannot have its range of addresses: Pool overlaps with other one on this address space",
  ],
  [
    NETWORK,
    "subnet 10.236.104.0/21 is already used on the host or by another config",
    "E_ENGINE_SUBNET",
    "the network n cannot have its range of addresses: subnet 10.236.104.0/21 is already used on the host or by another config",
  ],
  [
    IMAGE,
    'conflict: unable to remove repository reference "test/web:1" (must force) - container 3700 is using its referenced image e9bc',
    "E_ENGINE_IN_USE",
    'i is in use: conflict: unable to remove repository reference "test/web:1" (must force) - container 3700 is using its referenced image e9bc',
  ],
  [
    PULL,
    "initializing source docker://127.0.0.1:1/r/i: reading manifest 1 in 127.0.0.1:1/r/i: manifest unknown: manifest unknown",
    "E_ENGINE_PULL",
    "r/i could not be pulled: reading manifest 1 in 127.0.0.1:1/r/i: manifest unknown: manifest unknown",
  ],
  [
    PULL,
    "manifest for 127.0.0.1:33389/r/i:1 not found: manifest unknown: manifest unknown",
    "E_ENGINE_PULL",
    "r/i could not be pulled: manifest for 127.0.0.1:33389/r/i:1 not found: manifest unknown: manifest unknown",
  ],
  [
    CONTAINER,
    'invalid CapAdd: unknown capability: "CAP_NOSUCHCAP"',
    "E_ENGINE_REFUSED",
    'the engine refused to look at web: invalid CapAdd: unknown capability: "CAP_NOSUCHCAP"',
  ],
];

describe("refused", () => {
  test.each(CASES)("%o %s", (asked, message, code, sentence) => {
    expect(refused({ status: 500, message }, asked)).toMatchObject({ code, message: sentence });
  });

  test("says what helps against limits that may not be raised", () => {
    const message =
      "runc: runc create failed: unable to start container process: error during container init: error setting rlimits for ready process: error setting rlimit type 7: operation not permitted: OCI permission denied";
    expect(refused({ status: 500, message }, START).hint).toContain("CAP_SYS_RESOURCE");
  });
});

test("logins and tokens in the engine's words do not come through", () => {
  const said =
    'Get "https://ada:geheim@registry.example.org/v2/?service=x&access_token=abcdef": denied, sent Authorization: Bearer abcdefghijklmnop';
  const reason = cleanReason(said);
  for (const secret of ["geheim", "abcdef", "ijklmnop"]) expect(reason).not.toContain(secret);
  expect(reason).toContain("registry.example.org");
});

test("many lines become one, a long story a short one", () => {
  expect(cleanReason("a\n  b\r\nc")).toBe("a b c");
  expect(cleanReason("x".repeat(10_000)).length).toBe(401);
  expect(cleanReason("")).toBe("it did not say why");
});
