// berth-launch: carries out a launch plan and becomes the payload. docs/launch-plan.md is its specification. The plan is checked as a
// whole before anything is done.
#define SELF "berth-launch"

#include "call.h"
#include "launch.h"
#include "say.h"

int main(int argc, char **argv) {
  struct plan plan;
  say_program = SELF;
  if (!call_plan(argc, argv, &plan)) return 0;
  launch(&plan);
}
