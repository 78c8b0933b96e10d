// How a task of a job comes into its container, when the job asked for that.
#ifndef BERTH_SPANK_TASK_H
#define BERTH_SPANK_TASK_H

#include <slurm/spank.h>

#include "spank-site.h"

// Lets the task's program be run by `shifter` when the variable BERTH_TASK says so. 0, or -1 after a message.
int berth_spank_into_container(spank_t spank, const struct spank_job *job);

#endif
