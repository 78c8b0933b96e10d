// The two processes that may have to stay: the parent of a PID namespace, and PID 1 inside one.
#ifndef BERTH_WAIT_H
#define BERTH_WAIT_H

// Goes on in the first process of a new PID namespace; the caller's process stays outside, forwards signals and ends as it does.
void enter_pid_namespace(void);

// Dies with the launcher outside, however it is killed. To be called after the last change of identity, which would undo it.
void die_with_outside(void);

// Goes on in a child of PID 1; PID 1 itself stays, forwards signals, reaps, and exits with the child's status.
void become_init(void);

#endif
