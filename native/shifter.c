// shifter: what jobs call. In a container that root has set up on this node it makes a launch plan of the prepared one and becomes
// berth-launch, and no other runtime is started (docs/prepared-plan.md). Whatever it does not know is for berth-main, which it
// becomes with its arguments and environment unchanged.
#include <stdio.h>
#include <unistd.h>

#include "front.h"
#include "handover.h"
#include "prepared.h"
#include "say.h"
#include "shifter-match.h"
#include "shifter-options.h"
#include "shifter-plan.h"

// There in every container that is set up: whoever sees it has called shifter inside one.
static const char INSIDE[] = "/var/shifterConfig.json";

static bool is_root(void) { return getuid() == 0 || geteuid() == 0 || getgid() == 0 || getegid() == 0; }

// The descriptor of a plan, or -1.
static int plan_for(int argc, char **argv) {
  struct shifter_options options;
  struct prepared prepared;
  const char *asked = NULL;
  if (is_root() || !shifter_options_read(argc, argv, &options) || !prepared_read(&prepared)) return -1;
  if (!shifter_matches(&prepared, &options, &asked) || access(INSIDE, F_OK) == 0) return -1;
  return shifter_plan(&prepared, &options, asked);
}

int main(int argc, char **argv) {
  char number[16], name[] = "shifter";
  say_program = name;
  say_status = EXIT_CALLED;
  if (argc == 0) die("called without a name");
  int plan = plan_for(argc, argv);
  if (plan >= 0) {
    snprintf(number, sizeof number, "%d", plan);
    front_become("berth-launch", (char *[]){(char[]){"berth-launch"}, (char[]){"--fd"}, number, NULL}, (char *[]){NULL});
  }
  front_lean();
  argv[0] = name;
  if (handover_descriptor() >= 0) handover("berth-main", argv);
  front_become("berth-main", argv, environ);
}
