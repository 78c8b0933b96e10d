// What an administrator says of the Slurm plugin in plugstack.conf, and where berth keeps what belongs to a job on a node.
#ifndef BERTH_SPANK_SITE_H
#define BERTH_SPANK_SITE_H

#include <slurm/spank.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// The keys of plugstack.conf (docs/slurm.md).
struct spank_site {
  const char *berth, *config, *node_dir, *extern_setup, *memory_cgroup, *pin;
  unsigned timeout; // seconds
  bool extern_cgroup, ccm, container_options, long_options;
  bool sshd; // Shifter's key; the node's configuration decides
};

extern struct spank_site berth_spank_site;

// A job, and the step when there is one.
struct spank_job {
  uid_t uid;
  uint32_t id, step;
};

// Reads the keys, once: every hook begins with it, because Slurm does not call the first one everywhere. A key that is not
// understood is said and left out.
void berth_spank_read_site(int count, char *text[]);

// The directory of node set-ups: the key node_dir with the node's name in place of %n. False when the name is not known.
bool berth_spank_node_dir(spank_t spank, char *path, size_t size);

// What berth keeps for the job there. Endings: "" its directory, ".refused" why it has none, ".extern" its outer step is ready.
bool berth_spank_place(spank_t spank, const struct spank_job *job, const char *ending, char *path, size_t size);

#endif
