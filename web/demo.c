/* demo.c: what the demo's tasks share; see demo.h. */
#include "demo.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void say(int percent, const char *format, ...) {
  char text[256];
  int n = snprintf(text, sizeof text, "%s\n%d\n", wa_name(wa_current()), percent);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text + n, sizeof text - (size_t)n, format, arguments);
  va_end(arguments);
  wa_release(wa_start_op("say", &(wa_data){.type = WA_TEXT, .data = text, .size = strlen(text)}));
}

const char *part_name(const char *part) {
  static char name[80];
  snprintf(name, sizeof name, "%s / %s", wa_name(wa_current()), part);
  return name;
}
