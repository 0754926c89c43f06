import { isDeepStrictEqual } from 'node:util'
import { type Document, isMap, isSeq, parseDocument, type YAMLMap, YAMLSeq } from 'yaml'
import { HakubeError } from '../errors.ts'
import type { Credentials } from './admin-conf.ts'

export interface Merged {
  text: string
  /** Nothing had to be changed. */
  same: boolean
  /** The new context is the current one now: there was none before. */
  isCurrent: boolean
}

/** Names that the file uses for something else already: "context kubernetes-admin@kubernetes". */
export class NameClash extends HakubeError {
  readonly names: readonly string[]
  constructor(file: string, names: readonly string[]) {
    super(`${file} has ${names.join(', ')} already, and it is another one`, {
      code: 'kubeconfig-name',
      hint: 'choose another name with --context-name NAME, or replace what is there with --replace',
    })
    this.names = names
  }
}

/**
 * Puts credentials into the text of a kubeconfig; undefined = there is none yet. What else is in it stays, comments
 * included. Throws NameClash, or HakubeError `kubeconfig-file` for a file that is no kubeconfig.
 */
export function merge(
  before: string | undefined,
  credentials: Credentials,
  { file, replace = false }: { file: string; replace?: boolean },
): Merged {
  const document = open(before, file)
  const { context, clusterName, userName, cluster, user, namespace } = credentials
  const wanted: [list: string, key: string, name: string, value: Record<string, unknown>][] = [
    ['clusters', 'cluster', clusterName, cluster],
    ['users', 'user', userName, user],
    [
      'contexts',
      'context',
      context,
      { cluster: clusterName, user: userName, ...(namespace === undefined ? {} : { namespace }) },
    ],
  ]
  const changes = wanted.filter(([list, key, name, value]) => {
    const found = find(document, list, name, file)
    return !found || !isDeepStrictEqual(found.toJSON(), { name, [key]: value })
  })
  const clashes = changes.filter(([list, , name]) => find(document, list, name, file))
  if (clashes.length > 0 && !replace)
    throw new NameClash(
      file,
      clashes.map(([, key, name]) => `${key} ${name}`),
    )
  for (const [list, key, name, value] of changes) put(document, list, { name, [key]: value }, file)
  const isCurrent = !document.get('current-context')
  if (isCurrent) document.set('current-context', context)
  // Keys are long, and must not be folded.
  return { text: document.toString({ lineWidth: 0 }), same: changes.length === 0 && !isCurrent, isCurrent }
}

const EMPTY = 'apiVersion: v1\nkind: Config\npreferences: {}\nclusters: []\nusers: []\ncontexts: []\n'

function open(text: string | undefined, file: string): Document {
  const document = parseDocument(text === undefined || text.trim() === '' ? EMPTY : text)
  // Messages of the parser would show lines of the file, and there are keys in it.
  if (document.errors.length > 0) {
    const line = document.errors[0]?.linePos?.[0].line
    throw refused(file, `it is no YAML${line === undefined ? '' : ` (line ${line})`}`)
  }
  if (!isMap(document.contents) || document.get('kind') !== 'Config')
    throw refused(file, 'it is no kubeconfig')
  return document
}

function refused(file: string, why: string): HakubeError {
  return new HakubeError(`${file} is left as it is: ${why}`, {
    code: 'kubeconfig-file',
    hint: 'repair it, or name another file with --file; it is made if it is not there',
  })
}

/** A list of the file; kubectl writes null for an empty one. */
function listIn(document: Document, name: string, file: string): YAMLSeq | undefined {
  const list = document.get(name)
  if (list === undefined || list === null) return undefined
  if (!isSeq(list)) throw refused(file, `${name} is no list`)
  return list
}

function find(document: Document, list: string, name: string, file: string): YAMLMap | undefined {
  const found = listIn(document, list, file)?.items.find((item) => isMap(item) && item.get('name') === name)
  return isMap(found) ? found : undefined
}

function put(document: Document, list: string, entry: Record<string, unknown>, file: string): void {
  let items = listIn(document, list, file)
  if (!items) {
    items = new YAMLSeq()
    document.set(list, items)
  }
  // "clusters: []" would go on in one line.
  items.flow = false
  const node = document.createNode(entry)
  const at = items.items.findIndex((item) => isMap(item) && item.get('name') === entry['name'])
  if (at < 0) items.items.push(node)
  else items.items[at] = node
}
