// The scripts under `/.singularity.d` that are the same in every image (spec/apptainer.md section 2.3). The actions are
// used by old runtimes only, which start them in the container; newer ones bring their own.

const SOURCE_ENVIRONMENT = `#!/bin/sh
for script in /.singularity.d/env/*.sh; do
  if [ -f "$script" ]; then
    . "$script"
  fi
done
unset script
`;

function orShell(script: string): string {
  return `if [ -x ${script} ]; then\n  exec ${script} "$@"\nfi\n`;
}

/** Content of `actions/NAME`. */
export const ACTIONS: Readonly<Record<string, string>> = {
  exec: `${SOURCE_ENVIRONMENT}exec "$@"\n`,
  run: `${SOURCE_ENVIRONMENT}${orShell("/.singularity.d/runscript")}exec /bin/sh "$@"\n`,
  shell: `${SOURCE_ENVIRONMENT}if [ -x /bin/bash ]; then\n  exec /bin/bash --norc "$@"\nfi\nexec /bin/sh "$@"\n`,
  start: `${SOURCE_ENVIRONMENT}${orShell("/.singularity.d/startscript")}`,
  test: `${SOURCE_ENVIRONMENT}${orShell("/.singularity.d/test")}`,
};

const BASE = `#!/bin/sh
# Runtimes put the host's GPU libraries there.
LD_LIBRARY_PATH="\${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/.singularity.d/libs"
PS1="Apptainer> "
export LD_LIBRARY_PATH PS1
`;

// The three variables carry PREPEND_PATH, APPEND_PATH and PATH of the user; the last replaces everything.
const RUNTIME_VARIABLES = `#!/bin/sh
PATH="\${SING_USER_DEFINED_PREPEND_PATH:+$SING_USER_DEFINED_PREPEND_PATH:}\${PATH:-}"
PATH="$PATH\${SING_USER_DEFINED_APPEND_PATH:+:$SING_USER_DEFINED_APPEND_PATH}"
PATH="\${SING_USER_DEFINED_PATH:-$PATH}"
export PATH
unset SING_USER_DEFINED_PREPEND_PATH SING_USER_DEFINED_APPEND_PATH SING_USER_DEFINED_PATH
`;

/** Content of `env/NAME`, but for the script made from the image's ENV. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  "01-base.sh": "#!/bin/sh\n",
  "90-environment.sh": "#!/bin/sh\n",
  "91-environment.sh": "#!/bin/sh\n",
  "94-appsbase.sh": "#!/bin/sh\n",
  "95-apps.sh": "#!/bin/sh\n",
  "99-base.sh": BASE,
  "99-runtimevars.sh": RUNTIME_VARIABLES,
};

/** `test` and `startscript` of an image that brings none. */
export const EMPTY_SCRIPT = "#!/bin/sh\n";
