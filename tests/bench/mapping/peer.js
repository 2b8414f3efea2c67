// The fields of rows.py by fhirpath.js or JSONata, one thread:
//   node peer.js FOLDER fhirpath|jsonata row|csv
// FOLDER holds rows.csv, fields.json and node_modules. Writes what it made to FOLDER/PEER-KIND.ndjson and
// prints records per second, best of three rounds.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const {createRequire} = require('node:module');

const [folder, peer, kind] = process.argv.slice(2);
const load = createRequire(path.join(path.resolve(folder), 'package.json'));
const fields = JSON.parse(fs.readFileSync(path.join(folder, 'fields.json'), 'utf8'));
const bytes = fs.readFileSync(path.join(folder, 'rows.csv'));

/// A split at each ';': no quotes, no checks. Empty cells are left out.
function readRows() {
  const lines = bytes.toString('utf8').split('\n');
  const columns = lines[0].split(';');
  const rows = [];
  for (let i = 1; i < lines.length; ++i) {
    if (lines[i] === '') continue;
    const cells = lines[i].split(';');
    const row = {};
    for (let c = 0; c < columns.length; ++c) if (cells[c] !== '') row[columns[c]] = cells[c];
    rows.push(row);
  }
  return rows;
}

/// Rows to records, each field compiled once.
function fhirpathMapper() {
  const fhirpath = load('fhirpath');
  const compiled = fields.fhirpath.map(([name, text]) => [name, fhirpath.compile(text)]);
  return (rows) => rows.map((row) => {
    const record = {};
    for (const [name, evaluate] of compiled) {
      const values = evaluate(row);
      if (values.length > 0) record[name] = values[0];
    }
    return record;
  });
}

/// One expression makes the whole record; JSONata 2 only has an asynchronous evaluate.
function jsonataMapper() {
  const expression = load('jsonata')(fields.jsonata);
  return async (rows) => {
    const records = [];
    for (const row of rows) records.push(await expression.evaluate(row));
    return records;
  };
}

const encode = (records) => Buffer.from(records.map((record) => JSON.stringify(record) + '\n').join(''));

/// Processor time of this thread in seconds: neither what others do on the machine counts, nor node's helpers that collect
/// garbage and compile.
function now() {
  return Number(fs.readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
}

/// Items per second of the best of three rounds of at least a second, after one that warms up.
async function best(items, pass) {
  let rate = 0;
  for (let round = 0; round < 4; ++round) {
    const start = now();
    let passes = 0;
    let seconds = 0;
    do {
      await pass();
      ++passes;
      seconds = now() - start;
    } while (seconds < 1);
    if (round > 0) rate = Math.max(rate, items * passes / seconds);
  }
  return rate;
}

async function main() {
  const map = {fhirpath: fhirpathMapper, jsonata: jsonataMapper}[peer]();
  const rows = readRows();
  const fromCsv = async () => encode(await map(readRows()));
  fs.writeFileSync(path.join(folder, `${peer}-${kind}.ndjson`), kind === 'csv' ? await fromCsv() : encode(await map(rows)));
  console.log(await best(rows.length, kind === 'csv' ? fromCsv : () => map(rows)));
}

main();
