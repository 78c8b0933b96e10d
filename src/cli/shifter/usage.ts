// What `shifter` says about itself.

/** Two lines, for a command line that is wrong. */
export const SHORT_USAGE = `usage: shifter [--image=TYPE:NAME] [--volume=FROM:TO[:ro]]… [--env=NAME=VALUE]… [--module=LIST]
               [--entrypoint[=PROGRAM]] [--workdir[=DIR]] [--] [PROGRAM [ARGUMENT]…]
`;

/** The long help. */
export const HELP = `${SHORT_USAGE}
Runs a program in an image of the site. Without PROGRAM it is /bin/sh.

Image
  -i, --image=TYPE:NAME    docker:NAME[:TAG] or custom:NAME as the gateway has it, id:ID, or local:DIRECTORY where the site
                           allows it; without TYPE the site's usual one. Else SHIFTER_IMAGETYPE and SHIFTER_IMAGE,
                           SHIFTER_IMAGEREQUEST, or SHIFTER say it; in a job, its own --image does.
  -m, --module=LIST        these modules of the site, and not its default ones; "none": no module at all

Files
  -V, --volume=FROM:TO[:FLAG]…
                           shows the file or directory FROM of the container at TO as well; may be repeated, or joined with
                           ";". TO is made when it is missing. Nothing can be mounted over /etc, /proc, /dev, /sys,
                           /opt/udiImage, or in /var except for /var/tmp. Flags:
                             ro                     read-only
                             perNodeCache=size=N    an empty file system of N bytes (K, M, G, T) for this launch
      --writable-tmpfs     the image may be changed; the changes are gone afterwards
  -w, --workdir[=DIR]      start in DIR, or in the image's own directory; else in the present one

Program
      --entrypoint[=PROGRAM]
                           run the image's entrypoint with the arguments (without any: with the image's own), or PROGRAM

Environment
  -e, --env=NAME=VALUE     sets a variable; may be repeated
      --env-file=PATH      sets the variables of a file of the container: NAME=VALUE, one a line
  -E, --clearenv           nothing of the present environment comes along
      --unset-env=LIST     these variables do not come along
      --keep-env=LIST      only these variables come along

Devices
      --nv, --rocm         all GPUs of NVIDIA or AMD
      --device=NAME        a device by its CDI name, such as nvidia.com/gpu=0

  -n                       accepted, without effect
  -v, --verbose            says what is decided
  -h, --help; --version

The exit status is the program's own; 127: it could not be executed; 1: shifter failed before.
`;
