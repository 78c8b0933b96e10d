// Programs that mount by themselves and then serve from the background: fuse2fs, fuse-overlayfs, squashfuse_ll.
#ifndef BERTH_SERVER_H
#define BERTH_SERVER_H

#include <stddef.h>

#include "plan.h"

enum { SERVER_MAX_TREES = PLAN_MAX_MERGED };

// Directory below which a server finds its trees, by their numbers, and where it is to mount.
#define SERVER_TREES "/sys"
#define SERVER_POINT SERVER_TREES "/mount"
// What a server calls the file that it is given.
#define SERVER_FILE "/proc/self/fd/3"

// A server to be started.
struct server {
  const char *what; // for messages: the file or directory that is served
  char *const *argv; // argv[0] is the program's absolute path
  int file;         // -1, or what the server finds as SERVER_FILE, kept open (and locked) for as long as it lives
  int trees[SERVER_MAX_TREES]; // directories of this namespace, as O_PATH
  size_t count;
};

// Starts a server in a mount namespace of its own and takes its mount away from there: it ends with the last use of what is
// returned, an unattached mount (nosuid, nodev). Dies with the server's own words when it does not mount.
int server_mount(const struct server *server);

// Runs a program to its end, its output going to `words` (its last line; may be empty). Returns its exit status, or -1.
int server_run(char *const argv[], int file, char *words, size_t size);

#endif
