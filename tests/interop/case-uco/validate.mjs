// usage: validate.mjs ONTOLOGIES FILE.jsonld...    Checks graphs against the SHACL shapes of CASE/UCO. Prints for each "FILE good" and how many
// nodes of each class there are ("FILE Class N"), or "FILE wrong" and a line for each thing that is wrong. Beside the shapes it looks for what their SPARQL constraints say,
// which the validator does not run, and for terms that no ontology defines, which shapes do not forbid.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import jsonld from 'jsonld'
import { DataFactory, Parser, Store } from 'n3'
import Validator from 'rdf-validate-shacl'

const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#', RDFS = 'http://www.w3.org/2000/01/rdf-schema#'
const UCO = 'https://ontology.unifiedcyberontology.org/uco/', CASE = 'https://ontology.caseontology.org/case/'
const [ontologies, ...files] = process.argv.slice(2)
const node = DataFactory.namedNode

const shapes = new Store()
for (const name of readdirSync(ontologies, { recursive: true }).sort()) {
  // Blank nodes of two files must not meet.
  if (!name.endsWith('.ttl')) continue
  const quads = new Parser({ blankNodePrefix: `_:${name.replace(/\W/g, '')}` }).parse(readFileSync(join(ontologies, name), 'utf8'))
  // All that is imported is here; what the SPARQL constraints say is looked for below.
  shapes.addQuads(quads.filter(q => !['http://www.w3.org/2002/07/owl#imports', 'http://www.w3.org/ns/shacl#sparql'].includes(q.predicate.value)))
}
const parents = new Map()
for (const q of shapes.match(null, node(RDFS + 'subClassOf'))) parents.set(q.subject.value, [...(parents.get(q.subject.value) ?? []), q.object.value])
const is = (type, wanted) => type === wanted || (parents.get(type) ?? []).some(p => is(p, wanted))

for (const file of files) await check(file)

async function check(file) {
  const nquads = await jsonld.toRDF(JSON.parse(readFileSync(file, 'utf8')), {
    format: 'application/n-quads',
    documentLoader: () => { throw new Error('the context is elsewhere') }
  })
  const data = new Store(new Parser({ format: 'application/n-quads' }).parse(nquads))
  const wrong = []
  const counts = {}
  for (const q of data.match(null, node(RDF + 'type'))) {
    counts[q.object.value.replace(/.*\//, '')] = (counts[q.object.value.replace(/.*\//, '')] ?? 0) + 1
    if (!is(q.object.value, UCO + 'core/UcoThing')) continue
    if (q.subject.termType === 'BlankNode') wrong.push(`${q.object.value}: a blank node`)
    else if (!/[0-9a-f]{8}-[0-9a-f]{4}-[0-5][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(q.subject.value)) wrong.push(`${q.subject.value}: no UUID at its end`)
  }
  const facets = new Map()
  for (const q of data.match(null, node(UCO + 'core/hasFacet'))) {
    if (facets.has(q.object.value) && facets.get(q.object.value) !== q.subject.value) wrong.push(`${q.object.value}: the facet of two objects`)
    facets.set(q.object.value, q.subject.value)
  }
  for (const q of data) {
    for (const term of [q.predicate, ...(q.predicate.value === RDF + 'type' ? [q.object] : [])]) {
      if (/^https?:/.test(term.value) && !term.value.startsWith(RDF) && shapes.match(term).size === 0) wrong.push(`${term.value}: a term that no ontology defines`)
    }
    for (const [place, term] of [['subject', q.subject], ['object', q.object]]) {
      if (place === 'object' && term.value.startsWith('urn:uuid:') && data.match(term).size === 0) wrong.push(`${term.value}: named and not there (${q.predicate.value})`)
    }
  }

  // The classes' hierarchy is looked for among the data.
  const whole = new Store([...shapes, ...data])
  const report = await new Validator(shapes).validate(whole)
  for (const r of report.results) {
    if (r.focusNode?.value.startsWith(UCO) || r.focusNode?.value.startsWith(CASE)) continue // of the ontologies themselves
    wrong.push(`${r.severity?.value.replace(/.*#/, '')}: ${r.focusNode?.value} ${r.path?.value ?? ''} ${r.value?.value ?? ''} ${r.message.map(m => m.value).join(' ')}`)
  }
  console.log(`${file} ${wrong.length ? 'wrong' : 'good'}`)
  for (const line of wrong.length ? new Set(wrong) : Object.entries(counts).sort().map(([k, n]) => `${k} ${n}`)) console.log(`${file} ${line}`)
}
