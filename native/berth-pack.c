// berth-pack: a folder as a layer on standard output, the same bytes for the same folder. Ends with 255 and one line when it
// cannot read something: whoever takes the output must wait for the exit status. With --attributes it packs nothing, but
// sets what JavaScript cannot.
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pack-attributes.h"
#include "pack-tar.h"
#include "pack-walk.h"
#include "say.h"

static const char USAGE[] = "usage: berth-pack [--latest SECONDS] [--all-root] DIR, or berth-pack --attributes <LIST";

int main(int argc, char **argv) {
  struct pack_options options = {.latest = INT64_MAX};
  const char *folder = NULL;
  say_program = "berth-pack";
  if (argc == 2 && strcmp(argv[1], "--attributes") == 0) {
    attributes_apply();
    return 0;
  }
  for (int i = 1; i < argc; i++) {
    char *end = NULL;
    if (strcmp(argv[i], "--all-root") == 0) options.all_root = true;
    else if (strcmp(argv[i], "--latest") == 0 && i + 1 < argc) {
      options.latest = strtoll(argv[++i], &end, 10);
      if (*argv[i] == 0 || *end != 0 || options.latest < 0) die("%s", USAGE);
    } else if (folder == NULL && argv[i][0] != '-') folder = argv[i];
    else die("%s", USAGE);
  }
  if (folder == NULL) die("%s", USAGE);
  int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0) die("cannot open the folder %s: %s", folder, strerror(errno));
  pack_tree(dir, &options);
  tar_end();
  return 0;
}
