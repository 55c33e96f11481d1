// A figure per bench, as SVG, by vega-lite: over n or depth as lines where there are three points, else as dots with
// their quartiles. The scale is logarithmic, because the subjects lie decades apart.
import { View, parse } from 'vega';
import { compile } from 'vega-lite';
import { figure, unitOf } from './table.mjs';

// A subject has its colour in every figure.
const colours = {
  'wasyncio-clang': '#1b5fb4', 'wasyncio-emcc': '#6aa5ee', js: '#e0a800', jspi: '#7a5c00', 'js, callbacks': '#f0c860',
  effection: '#c9504a', effect: '#7d2a8c', cpython: '#2e7d32', pyodide: '#8bc34a', 'emscripten-fiber': '#6d6d6d',
  'em-async-js': '#b0b0b0',
};
const titles = { ns_per_op: 'ns', bytes_per_task: 'bytes a task' };

function lines(over, measure, colour) {
  const axis = { format: ',d', tickCount: 4 };
  return {
    encoding: { x: { field: over, type: 'quantitative', scale: { type: 'log' }, title: over, axis }, color: colour },
    layer: [
      { mark: 'rule', encoding: { y: { ...measure, field: 'q1' }, y2: { field: 'q3' } } },
      { mark: { type: 'line', point: true }, encoding: { y: measure } },
    ],
    width: 260, height: 220,
  };
}

function dots(measure, colour, subjects) {
  const x = { ...measure, axis: { tickCount: 5, grid: true } };
  const label = { type: 'text', align: 'left', dx: 8 };
  const quiet = { ...colour, legend: null };
  return {
    encoding: { y: { field: 'subject', type: 'nominal', sort: subjects, title: null }, color: quiet },
    layer: [
      { mark: { type: 'rule', strokeWidth: 3 }, encoding: { x: { ...x, field: 'q1' }, x2: { field: 'q3' } } },
      { mark: { type: 'point', filled: true, size: 70, opacity: 1 }, encoding: { x } },
      { mark: label, encoding: { x: { ...x, field: 'q3' }, text: { field: 'label' } } },
    ],
    width: 280, height: { step: 22 },
  };
}

const placeOf = ({ host, n, depth }) =>
  `${host}${n > 1 ? `, n = ${n.toLocaleString('en')}` : ''}${depth > 1 ? `, depth ${depth}` : ''}`;

function spec(rows, title) {
  const unit = unitOf(rows[0]);
  const over = ['depth', 'n'].find((key) => new Set(rows.map((row) => row[key])).size > 2);
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  const scale = { domain: subjects, range: subjects.map((name) => colours[name] ?? '#444444') };
  const colour = { field: 'subject', type: 'nominal', scale, title: null };
  const measure = {
    field: unit, type: 'quantitative', scale: { type: 'log', padding: 20 }, title: titles[unit],
    axis: { tickCount: 5 },
  };
  const placed = rows.map((row) => ({ q1: row[unit], q3: row[unit], ...row, label: figure(row[unit]) }));
  const place = (row) => (over ? row.host : placeOf(row));
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: title, anchor: 'start', offset: 16 },
    columns: 2,
    concat: [...new Set(placed.map(place))].map((name) => ({
      title: name, data: { values: placed.filter((row) => place(row) === name) },
      ...(over ? lines(over, measure, colour) : dots(measure, colour, subjects)),
    })),
    config: { font: 'sans-serif', background: 'white', view: { stroke: null } },
  };
}

/** The rows of one bench as the text of an SVG. */
export function plot(rows, title) {
  return new View(parse(compile(spec(rows, title)).spec), { renderer: 'none' }).toSVG();
}
