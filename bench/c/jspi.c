/* jspi.c: the same work over the engine's own stack switching: an import that returns a promise suspends the export
 * that called it. JavaScript makes one such call per task.
 */
#define IMPORT(name) __attribute__((import_module("env"), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(#name)))

IMPORT(tick) void tick(void);
IMPORT(promise) double promise(void);
IMPORT(increment) double increment(double x);

EXPORT(yields) double yields(int count) {
  tick();
  for (int i = 0; i < count; i++) tick();
  return count;
}
EXPORT(promises) double promises(int count) {
  double sum = 0;
  tick();
  for (int i = 0; i < count; i++) sum += promise();
  return sum;
}
EXPORT(calls) double calls(int count) {
  double x = 0;
  for (int i = 0; i < count; i++) x = increment(x);
  return x;
}
