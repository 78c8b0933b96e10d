// Options of shifter (spec/shifter.md 5.1) and ch-run as their manuals have them.

/** Of shifter. */
export const SHIFTER: readonly string[] = [
  ...["h,help", "v,verbose", "i,image=", "V,volume=", "e,env=", "env-file=", "E,clearenv", "entry,entrypoint=?"],
  ...["w,workdir=?", "m,module=", "n"],
];

/** Options of shifter's batch plugin for srun and sbatch, each the name of an option of shifter. */
export const SHIFTER_PLUGIN: ReadonlySet<string> = new Set(["image", "volume", "module"]);

/** Of ch-run. */
export const CH_RUN: readonly string[] = [
  ...["abort-fatal", "b,bind=", "c,cd=", "cdi=?", "d,cdi-default", "devices", "env-no-expand", "feature=", "g,gid="],
  ...["home", "j,join", "join-ct=", "join-pid=", "join-tag=", "m,mount=", "no-passwd", "q,quiet", "s,storage="],
  ...["seccomp", "set-env=?", "t,private-tmp", "test=", "u,uid=", "unsafe", "unset-env=", "v,verbose", "warnings="],
  ...["W,write-fake=?", "w,write", "V,version", "help", "usage"],
];
