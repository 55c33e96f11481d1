/* The page: starts C tasks, and draws from the trace what they do.
 *
 *     button --spawn, signal--> C task --trace--> history --each frame--> list, timeline, source
 *     Abort  --controller-----> '
 */
// By path: an import map, by which a page knows 'wasyncio', is an inline script, which many a policy forbids.
import { load } from '../bindings/browser.js';
import { trace } from '../bindings/trace.js';
import { Frames } from './frames.js';
import { History } from './history.js';
import { Source } from './source.js';
import { Tasks } from './tasks.js';
import { SPAN, Timeline } from './timeline.js';

const $ = (id) => document.getElementById(id);
const controllers = new Map(); // of the tasks that this page started, by name
let all = new AbortController();
let selected;

const rt = await load('demo.wasm', {
  turnBudget: 5, // of the 16.7 ms of a frame
  host: {
    fetchText: async (path, { signal }) => (await fetch(path, { signal })).text(),
    say(message) {
      const [name, percent, ...text] = message.split('\n');
      rowOf(name)?.say(Number(percent), text.join('\n'));
    },
    paint(row, { task }) { rowOf(task.name)?.paint(row); },
  },
  onReport: ({ text, kind }) => tell(text, kind),
});
$('empty').textContent = 'No task. Start one above.';
for (const button of document.querySelectorAll('button:disabled')) button.disabled = false; // now there is C to start
const tracing = trace(rt);
const history = new History();
const timeline = new Timeline($('timeline'), $('pause'));
const tasks = new Tasks($('tasks'), { abort, select: show });
const source = new Source({ name: $('file'), place: $('place'), code: $('source').firstElementChild });
const frames = new Frames();
document.addEventListener('visibilitychange', () => frames.reset());

function tell(text, kind) {
  const line = document.createElement('li');
  line.textContent = text;
  line.dataset.kind = kind;
  $('reports').prepend(line);
  $('reports').children[20]?.remove();
}

const counts = {};
async function start(program) {
  const name = `${program} ${counts[program] = (counts[program] ?? 0) + 1}`;
  const own = new AbortController();
  controllers.set(name, own);
  // Its own button, or the one for all: whichever comes first.
  const task = rt.spawn(program, '', { name, signal: AbortSignal.any([own.signal, all.signal]) });
  const outcome = await task.then((message) => ({ message }), (error) => error);
  controllers.delete(name);
  const row = rowOf(name);
  if (row) row.outcome = outcome;
}

// A task may speak before the frame that shows it.
function rowOf(name) {
  if (!tasks.row(name)) {
    read();
    tasks.update(history.tracks, rt.now, selected?.number);
  }
  return tasks.row(name);
}

/** A task of C's own has no signal; it is cancelled by its name. */
function abort({ name }) {
  const own = controllers.get(name);
  if (own) own.abort(new Error('you clicked Abort'));
  else rt.tasks().find((task) => task.name === name)?.cancel('you clicked Abort');
}

/** A visitor wants to see that task's source, which on a phone lies below the screen. */
function show(track) {
  selected = track;
  $('source').parentElement.scrollIntoView({ block: 'nearest' });
}

for (const button of document.querySelectorAll('[data-start]')) {
  button.addEventListener('click', () => start(button.dataset.start));
}
$('abort-all').addEventListener('click', () => {
  all.abort(new Error('you clicked Abort all'));
  all = new AbortController();
});

function select(live) {
  if (selected && !selected.ended) return;
  selected = live.findLast(({ site }) => site) ?? selected;
}

// A page that nobody sees has no frames, and the trace keeps so many events.
let lost = 0;
function read() {
  history.add(tracing.read());
  if (tracing.lost === lost) return;
  lost = tracing.lost;
  history.endAllBut(new Set(rt.tasks().map(({ name }) => name)), rt.now);
}
setInterval(read, 1000);

let drawn = 0;
function frame(time) {
  requestAnimationFrame(frame);
  frames.tick(time);
  read();
  const { now } = rt;
  const tracks = [...history.tracks];
  const live = tracks.filter(({ ended }) => !ended);
  timeline.draw(inOrder(tracks).slice(-24), now, selected?.number); // as many lanes as can be read, and drawn in a frame
  if (time - drawn < 90) return; // texts that change faster can't be read
  drawn = time;
  history.forget(now - SPAN);
  select(live);
  tasks.update(tracks, now, selected?.number);
  if (selected) source.show(selected);
  const busy = live.reduce((sum, track) => sum + track.share(now - 1000, now), 0);
  $('fps').textContent = frames.perSecond;
  $('longest').textContent = `${frames.longest.toFixed(0)} ms`;
  $('busy').textContent = `${Math.round(100 * busy)} %`;
  $('count').textContent = live.length;
  $('empty').hidden = $('tasks').children.length > 0;
}

// Parts below the task that spawned them.
function inOrder(tracks) {
  const parts = Map.groupBy(tracks, ({ by, name }) => (name.includes(' / ') ? by : 'none'));
  return (parts.get('none') ?? []).flatMap((head) => [head, ...parts.get(head.number) ?? []]);
}

requestAnimationFrame(frame);
// Something to look at; index.html?empty starts with nothing.
if (location.search !== '?empty') ['metronome', 'download', 'mandelbrot'].forEach(start);
