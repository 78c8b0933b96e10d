// shifter: what jobs call. In a container that root has set up on this node it makes a launch plan of the prepared one and carries it
// out as berth-launch would, without starting a second program (docs/prepared-plan.md). Whatever it does not know is for berth-main, which it
// becomes with its arguments and environment unchanged.
#include <unistd.h>

#include "call.h"
#include "front.h"
#include "handover.h"
#include "inherit.h"
#include "launch.h"
#include "prepared.h"
#include "say.h"
#include "shifter-match.h"
#include "shifter-options.h"
#include "shifter-plan.h"

// There in every container that is set up: whoever sees it has called shifter inside one.
static const char INSIDE[] = "/var/shifterConfig.json";

static bool is_root(void) { return getuid() == 0 || geteuid() == 0 || getgid() == 0 || getegid() == 0; }

// The bytes of a plan, or NULL.
static const char *plan_for(int argc, char **argv, size_t *length) {
  struct shifter_options options;
  struct prepared prepared;
  const char *asked = NULL;
  if (is_root() || !shifter_options_read(argc, argv, &options) || !prepared_read(&prepared)) return NULL;
  if (!shifter_matches(&prepared, &options, &asked) || access(INSIDE, F_OK) == 0) return NULL;
  return shifter_plan(&prepared, &options, asked, length);
}

int main(int argc, char **argv) {
  char name[] = "shifter";
  size_t length;
  say_program = name;
  say_status = EXIT_CALLED;
  if (argc == 0) die("called without a name");
  const char *bytes = plan_for(argc, argv, &length);
  if (bytes != NULL) {
    struct plan plan;
    stdio_fill();
    call_accept(bytes, length, &plan);
    launch(&plan);
  }
  front_lean();
  argv[0] = name;
  if (handover_descriptor() >= 0) handover("berth-main", argv);
  front_become("berth-main", argv, environ);
}
