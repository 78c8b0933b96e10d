// The configuration files of a test cluster, as text: one machine that plays several nodes, which `slurmd -N` makes possible.

import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** What the files of a cluster are made of. */
export interface ClusterPlan {
  /** Everything of the cluster lies in here. */
  readonly dir: string;
  /** Unlike any other cluster's: control groups are named after it. */
  readonly name: string;
  readonly controllerPort: number;
  readonly nodes: readonly { readonly name: string; readonly port: number }[];
  readonly cpus: number;
  readonly mungeSocket: string;
  /** Lines of `slurm.conf` that differ from test to test. */
  readonly lines: readonly string[];
}

/** True when Slurm can follow a job's processes by control groups of the first version. */
export const HAS_FREEZER = existsSync("/sys/fs/cgroup/freezer/tasks");

/** Text of `slurm.conf`. */
export function slurmConf(plan: ClusterPlan): string {
  const at = (file: string) => join(plan.dir, file);
  const nodes = plan.nodes.map(
    ({ name, port }) =>
      `NodeName=${name} NodeHostname=${hostname()} NodeAddr=127.0.0.1 Port=${port} CPUs=${plan.cpus} RealMemory=2000`,
  );
  return `${[
    `ClusterName=${plan.name}`,
    `SlurmctldHost=${hostname()}(127.0.0.1)`,
    `SlurmctldPort=${plan.controllerPort}`,
    "SlurmUser=root",
    "SlurmdUser=root",
    "AuthType=auth/munge",
    `AuthInfo=socket=${plan.mungeSocket}`,
    "CredType=cred/munge",
    `StateSaveLocation=${at("state")}`,
    `SlurmdSpoolDir=${at("spool/%n")}`,
    `SlurmctldLogFile=${at("log/slurmctld")}`,
    `SlurmdLogFile=${at("log/%n")}`,
    `SlurmctldPidFile=${at("slurmctld.pid")}`,
    `SlurmdPidFile=${at("slurmd.%n.pid")}`,
    `PlugStackConfig=${at("plugstack.conf")}`,
    // More CPUs than the machine has: what is tested is how jobs are treated, not how fast they compute.
    "SlurmdParameters=config_overrides",
    `ProctrackType=proctrack/${HAS_FREEZER ? "cgroup" : "linuxproc"}`,
    "TaskPlugin=task/none",
    "JobAcctGatherType=jobacct_gather/none",
    "SwitchType=switch/none",
    "MpiDefault=none",
    "SelectType=select/cons_tres",
    "SelectTypeParameters=CR_Core",
    "SchedulerParameters=sched_interval=2,sched_min_interval=0,batch_sched_delay=0,bf_interval=1",
    "PrologFlags=Alloc,Contain",
    "ReturnToService=2",
    "SlurmdTimeout=30",
    "KillWait=2",
    "MessageTimeout=30",
    "MailProg=/bin/true",
    ...plan.lines,
    ...nodes,
    "PartitionName=all Nodes=ALL Default=YES MaxTime=60 State=UP OverSubscribe=NO",
  ].join("\n")}\n`;
}

/** Text of `cgroup.conf`. */
export function cgroupConf(): string {
  return "CgroupPlugin=cgroup/v1\nCgroupAutomount=no\nCgroupMountpoint=/sys/fs/cgroup\n";
}
