// The holder of a container that is set up: a small tmpfs for one user, with mounts in it. It is built where only root can
// pass, and handed over when nobody can change it any more.
#ifndef BERTH_STAND_H
#define BERTH_STAND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// Dies unless nobody but root can put anything else at DIR.
void stand_expect_safe(const char *dir);

// Makes DIR, mounts the tmpfs there, read-only, and makes the mount points `image` and `root` in it. Refuses a DIR that is there and
// is mounted or not empty. Returns a descriptor of the tmpfs, under which something can be mounted.
int stand_raise(const char *dir);

// Makes a directory, or a file that everybody who gets into the holder may read.
void stand_make_dir(const char *name);
void stand_write(const char *name, const char *bytes, size_t length);

// Hands the holder over: its directory belongs to the user with mode 0500, and nothing in it can be changed from now on.
void stand_seal(const char *dir, uid_t uid);

// True when something is mounted at DIR. `whose`, when not NULL, gets the owner of what is there.
bool stand_mounted(const char *dir, uid_t *whose);

// True when the holder at DIR was handed over to this user and its file `name` has these very bytes.
bool stand_is(const char *dir, const char *name, const char *bytes, size_t length);

// Detaches everything at DIR and removes it. What is not there is no mistake.
void stand_fell(const char *dir);

#endif
