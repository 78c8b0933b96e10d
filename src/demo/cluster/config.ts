// The configuration files of a cluster on one machine, as text. `slurmd -N` lets one machine play several nodes. Pure.

/** What the files are made of. */
export interface ClusterFacts {
  /** Everything of the cluster lies in here. */
  readonly dir: string;
  readonly name: string;
  /** This machine's name, without its domain. */
  readonly host: string;
  readonly controllerPort: number;
  readonly nodes: readonly { readonly name: string; readonly port: number }[];
  /** Of each node; they need not be there: what is shown is how jobs are treated, not how fast they compute. */
  readonly cpus: number;
  readonly mungeSocket: string;
  /** Further lines; Slurm takes the later one of two that set the same. */
  readonly lines: readonly string[];
}

/** Text of `slurm.conf`. */
export function slurmConf(facts: ClusterFacts): string {
  const { host, dir } = facts;
  const nodes = facts.nodes.map(
    ({ name, port }) =>
      `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${port} CPUs=${facts.cpus} RealMemory=2000`,
  );
  return text([
    `ClusterName=${facts.name}`,
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${facts.controllerPort}`,
    "SlurmUser=root",
    "SlurmdUser=root",
    "AuthType=auth/munge",
    `AuthInfo=socket=${facts.mungeSocket}`,
    "CredType=cred/munge",
    `StateSaveLocation=${dir}/state`,
    `SlurmdSpoolDir=${dir}/spool/%n`,
    `SlurmctldLogFile=${dir}/log/slurmctld`,
    `SlurmdLogFile=${dir}/log/%n`,
    `SlurmctldPidFile=${dir}/slurmctld.pid`,
    `SlurmdPidFile=${dir}/slurmd.%n.pid`,
    `PlugStackConfig=${dir}/plugstack.conf`,
    ...TREATMENT,
    ...facts.lines,
    ...nodes,
    "PartitionName=all Nodes=ALL Default=YES MaxTime=60 State=UP OverSubscribe=NO",
  ]);
}

// Nothing here depends on how the machine has its control groups mounted: a node's PID namespace already holds its processes.
const TREATMENT = [
  "SlurmdParameters=config_overrides",
  "ProctrackType=proctrack/linuxproc",
  "TaskPlugin=task/none",
  "JobAcctGatherType=jobacct_gather/none",
  "SwitchType=switch/none",
  "MpiDefault=none",
  "SelectType=select/cons_tres",
  "SelectTypeParameters=CR_Core",
  "SchedulerParameters=sched_interval=2,sched_min_interval=0,batch_sched_delay=0,bf_interval=1",
  // A job's prolog runs on all of its nodes before anything of it starts.
  "PrologFlags=Alloc",
  "ReturnToService=2",
  "SlurmdTimeout=30",
  "KillWait=2",
  "MessageTimeout=30",
  "MailProg=/bin/true",
];

/** Text of `cgroup.conf`: the plugin that looks at nothing until it is used. */
export function cgroupConf(): string {
  return text(["CgroupPlugin=cgroup/v1", "CgroupAutomount=no"]);
}

/** Text of a file of these lines. */
function text(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
