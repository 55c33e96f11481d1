/* demo.h: how the demo's tasks tell the page what they are doing. Nobody waits for the page's answer. */
#ifndef DEMO_H
#define DEMO_H

#include <wasyncio.h>

/* A line below the task's name, as printf. percent: how far it is, -1 if that is not known. */
void say(int percent, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "NAME / part": a name for a task that the running one spawns. Valid until the next. */
const char *part_name(const char *part);

#endif
