// The two processes that may have to stay: the parent of a PID namespace, and PID 1 inside one.
#ifndef BERTH_WAIT_H
#define BERTH_WAIT_H

#include <stdbool.h>

// Goes on in the first process of a new PID namespace; the caller's process stays outside, forwards signals and ends as it
// does. `joinable`: others may enter the container by the process outside (an instance), which then follows the child.
void enter_pid_namespace(bool joinable);

// Goes on in a child, in the PID namespace that children of this process get; this process stays, as above.
void enter_joined_pid_namespace(void);

// For a joinable container, after the last change of identity: makes the process outside fit to be joined. When this process has
// `moved` to another user namespace since, the other comes there too.
void fetch_outside(bool moved);

// Dies with the launcher outside, however it is killed. To be called after the last change of identity, which would undo it.
void die_with_outside(void);

// Goes on in a child of PID 1; PID 1 itself stays, forwards signals, reaps, and exits with the child's status.
void become_init(void);

// PID 1 of an instance: goes on in a child when there is something to `start`; PID 1 closes `announced` and stays when all has
// ended in it, until it has been sent a signal, which everything in the container gets.
void become_lasting_init(bool start, int announced);

#endif
